from django.dispatch import receiver

from nuanyi.people.events import person_erased
from tests.toy.models import Errand


@receiver(person_erased)
def forget(sender, person, **more):
    Errand.objects.filter(person=person).update(sealed_words=None, person=None)
