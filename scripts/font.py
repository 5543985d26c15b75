"""Make the font of the posters: Noto Sans SC Medium from npm, cut down to the characters of GBK (``make font``)."""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

PACKAGE = "@expo-google-fonts/noto-sans-sc@0.4.3"
FOLDER = Path(__file__).resolve().parents[1] / "nuanyi/lib/fonts"
SIGNS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *range(0x2010, 0x2030),
    *range(0x3000, 0x3020),
    *range(0xFF01, 0xFF5F),
]


def characters() -> set[int]:
    """Every character that GBK can write, and the signs of a poster."""
    found = set(SIGNS)
    for high in range(0x81, 0xFF):
        for low in range(0x40, 0xFF):
            sign = bytes([high, low]).decode("gbk", errors="ignore")
            if len(sign) == 1:
                found.add(ord(sign))
    return found


def main() -> None:
    """Fetch, cut, write."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["npm", "pack", PACKAGE], cwd=scratch, check=True, capture_output=True)
        with tarfile.open(next(Path(scratch).glob("*.tgz"))) as pack:
            pack.extractall(scratch, filter="data")
        options = subset.Options()
        options.layout_features, options.hinting, options.notdef_outline = [], False, True
        options.drop_tables += ["GSUB", "GPOS", "vhea", "vmtx", "BASE"]
        font = TTFont(f"{scratch}/package/500Medium/NotoSansSC_500Medium.ttf")
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=characters())
        cutter.subset(font)
        font.save(FOLDER / "NotoSansSC-Medium.ttf")
        (FOLDER / "LICENSE").write_bytes(Path(f"{scratch}/package/LICENSE_FONT").read_bytes())


if __name__ == "__main__":
    main()
