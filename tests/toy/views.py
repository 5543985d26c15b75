from django.http import HttpResponse
from django.shortcuts import render

from nuanyi.lib.access import PUBLIC, permission_required
from tests.toy.models import Errand


@permission_required("toy.run")
def errands(request):
    return render(request, "toy/errands.html", {"errands": Errand.objects.all()})


@permission_required(PUBLIC)
def ask(request):
    return render(request, "toy/ask.html")


def forgotten(request):
    """A view whose permission somebody forgot."""
    return HttpResponse()
