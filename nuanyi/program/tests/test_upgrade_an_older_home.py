"""A home that an older program made is served by this one with nothing lost: its own figures are the witness."""

import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
#: The last commit of a version.
VERSIONS = {"0.5.0": "93a964d"}
pytestmark = pytest.mark.xdist_group("home")


def run(tree, home, *words):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUANYI_", "DATABASE_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-m", "nuanyi.program.cli", *words],
        env=kept | {"NUANYI_HOME": str(home), "PYTHONPATH": str(tree)},
        cwd=tree,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_figure_of_an_older_home_is_the_same_after_the_upgrade(tmp_path, version):
    archive = subprocess.run(["git", "archive", VERSIONS[version]], cwd=ROOT, capture_output=True)
    if archive.returncode:
        pytest.skip(f"the history does not hold {version}")
    for part in (tmp_path, *list(tmp_path.parents)[:2]):
        part.chmod(part.stat().st_mode | 0o011)
    older, home = tmp_path / "older", tmp_path / "home"
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tree:
        tree.extractall(older, filter="data")
    before = run(older, home, "demo", "--no-serve", "--json")["figures"]
    after = run(ROOT, home, "figures", "--json")
    assert len(before) > 30
    assert {key: after.get(key) for key in before} == before
