"""What the phone's own scripts do with a draft, tried by node without a browser."""

import shutil
import subprocess
from pathlib import Path


def test_the_phone_keeps_what_it_wrote_until_the_server_has_it():
    node = shutil.which("node")
    assert node, "node is needed: make node"
    script = str(Path(__file__).with_name("keep.test.mjs"))
    done = subprocess.run([node, "--test", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
