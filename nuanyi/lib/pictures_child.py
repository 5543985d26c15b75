"""The child that opens a stranger's picture. Run as ``python -I pictures_child.py SIDE MEGABYTES SECONDS``.

The picture comes on standard input; on standard output goes ``width height``, a line's end and a JPEG made of the
pixels alone. Exit 3: too many pixels. Any other failure: not a picture.
"""

from __future__ import annotations

import io
import resource
import sys


def main(side: int, megabytes: int, seconds: int) -> int:
    """Rebuild one picture."""
    from PIL import Image, ImageOps

    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    Image.MAX_IMAGE_PIXELS = 40_000_000
    raw = sys.stdin.buffer.read()
    try:
        with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP", "GIF")) as picture:
            if picture.width * picture.height > 40_000_000:
                return 3
            picture.draft("RGB", (side * 2, side * 2))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((side, side))
            clean = Image.new("RGB", upright.size, "white")
            shown = upright.convert("RGBA")
            clean.paste(shown, mask=shown.getchannel("A"))
    except (Image.DecompressionBombError, MemoryError):
        return 3
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82, optimize=True)
    sys.stdout.buffer.write(f"{clean.width} {clean.height}\n".encode() + out.getvalue())
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:4])))
