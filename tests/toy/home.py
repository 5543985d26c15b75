from nuanyi.lib.rooms import Hit, Hits, Route, Task
from tests.toy.models import Errand

#: What a process remembers of the errands.
remembered = []


def tasks_for(actor):
    if actor.can("toy.run"):
        yield Task("errands wait", Route("toy:list"), Errand.objects.count(), urgent=True)


def search_for(actor, text):
    if actor.can("toy.run"):
        rows = Errand.objects.filter(title__contains=text)
        yield Hits("Errands", [Hit(row.title, Route("toy:list")) for row in rows])


def count():
    yield {}, Errand.objects.count()
