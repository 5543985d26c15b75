"""Who sees requests of the desk (``program.row_policies`` lays these down)."""

from nuanyi.lib.row_security import RowPolicy

POLICIES = [RowPolicy("rights.Request", "(SELECT nuanyi_reads_all('rights.handle'))")]
