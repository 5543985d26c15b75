"""When addresses for progress are past their time."""

from nuanyi.lib import retention
from nuanyi.notices.models import Watcher

retention.keep(Watcher, over=lambda before: Watcher.objects.filter(made_date__lt=before.date()))
