"""What the phone's scripts compute and show by themselves, tried by node: no browser is needed for it."""

import shutil
import subprocess
from pathlib import Path

import nuanyi


def test_the_scripts_of_the_phone_do_what_they_say():
    node = shutil.which("node")
    assert node, "node is needed: make node"
    scripts = sorted(map(str, Path(nuanyi.__file__).parent.glob("*/tests/*.test.mjs")))
    assert scripts
    done = subprocess.run(
        [node, "--test", *scripts], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]
