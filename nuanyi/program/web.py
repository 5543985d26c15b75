"""The web child of the supervisor: Granian's own command, in a process that ends with its parent."""

from __future__ import annotations

from granian.cli import entrypoint

from nuanyi.lib.processes import allow_many_files, be_web_server, die_with_supervisor


def main() -> None:
    """Run Granian with this process's arguments."""
    die_with_supervisor()
    allow_many_files()
    be_web_server()
    entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
