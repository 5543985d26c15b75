"""Every address of the program: those that the rooms declare. ``front.checks`` holds each to a permission."""

from nuanyi.lib import rooms

handler400 = "nuanyi.front.shell.bad_request"
handler403 = "nuanyi.front.shell.forbidden"
handler404 = "nuanyi.front.shell.not_found"
handler500 = "nuanyi.front.shell.server_error"

urlpatterns = rooms.routes()
