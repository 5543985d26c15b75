"""Loaded before anything else of a test run: a PostgreSQL of its own in a home that is thrown away."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import tempfile
from pathlib import Path

from nuanyi.lib.embedded_postgres import OWNER, EmbeddedPostgres
from nuanyi.lib.seal import add_families, make_keys

# Tests start some hundred commands and servers, in processes of their own: where the environment forbids compiled files
# (containers often do), each of them would compile the whole program again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

if "NUANYI_TEST_HOME" not in os.environ:
    os.environ["NUANYI_TEST_HOME"] = tempfile.mkdtemp(prefix="nuanyi-tests-")
HOME = Path(os.environ["NUANYI_TEST_HOME"])
HOME.mkdir(parents=True, exist_ok=True)
HOME.chmod(0o711)
os.environ["NUANYI_HOME"] = str(HOME)
os.environ["NUANYI_PLAIN_STATIC"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "nuanyi.program.settings"
os.environ["NUANYI_SECOND_FACTOR"] = "off"  # tests that want it say so
os.environ.pop("DATABASE_URL", None)
try:
    make_keys(HOME / "keys" / "keys.json")
except FileExistsError:
    pass
add_families(HOME / "keys" / "keys.json")
SERVER = EmbeddedPostgres(HOME)
os.environ["NUANYI_CONNECTS_AS_OWNER"] = (
    "1"  # tests make tables; those of row-level security step down to the web role
)
os.environ["NUANYI_DB_URL"] = os.environ["NUANYI_OWNER_DB_URL"] = SERVER.join().url(OWNER)
atexit.register(SERVER.leave)


def pytest_collection_finish() -> None:
    """The program and all tests are read and stay to the end: the collector need not look through them again and again."""
    gc.collect()
    gc.freeze()
