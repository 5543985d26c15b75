from django.db import models

from nuanyi.lib.personal import DUTY_BASIS, KEY_DESTROYED, Declaration
from nuanyi.lib.sealed import SealedText


class Errand(models.Model):
    PERSONAL = {
        "person": Declaration("Who asked for the errand", "To bring it back", DUTY_BASIS, 30, KEY_DESTROYED),
        "sealed_words": Declaration("What to fetch", "To fetch it", DUTY_BASIS, 30, KEY_DESTROYED),
    }

    title = models.CharField(max_length=40)
    person = models.ForeignKey("people.Person", models.PROTECT, null=True)
    sealed_words = SealedText(null=True, suffix=b"errand")

    class Meta:
        app_label = "toy"
