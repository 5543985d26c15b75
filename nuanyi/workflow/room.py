"""What requests and reports share declares nothing of its own: it has no table and no page."""

from django.utils.translation import gettext_lazy as _

from nuanyi.lib.rooms import Room

ROOM = Room(name="workflow", title=_("Workflow"), mounts=[])
