"""An errand is past its time with the day of its declaration; it has no moment, so none is."""

from nuanyi.lib import retention
from tests.toy.models import Errand

retention.keep(Errand, over=lambda before: Errand.objects.none())
