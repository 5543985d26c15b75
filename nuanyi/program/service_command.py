"""``nuanyi service install``: systemd units that serve and back up, with what systemd can shut in front of them."""

from __future__ import annotations

import argparse
import getpass
import os
import shutil
import sys
from pathlib import Path

from nuanyi.lib import sftp
from nuanyi.lib.env import home
from nuanyi.lib.errors import BadInput
from nuanyi.program.cli import answer

#: No PrivateTmp: commands of the administrator find the embedded database by its socket there.
HARDENING = """\
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
PrivateDevices=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
LockPersonality=yes
CapabilityBoundingSet=
SystemCallArchitectures=native
UMask=0077
"""


def units(*, user: str, data: Path, program: str, port: int, backups: str, keep: int) -> dict[str, str]:
    """``{file name: text}`` of the service, the backup and the rehearsal with their timers."""
    writable = "" if sftp.is_place(backups) else f" {backups}"
    environment = f"Environment=NUANYI_HOME={data}\nEnvironmentFile=-/etc/nuanyi.env\n"
    serve = f"""\
[Unit]
Description=Nuanyi, the service matrix of a district
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=simple
User={user}
{environment}ExecStart={program} serve --host 127.0.0.1 --port {port}
Restart=always
RestartSec=1
TimeoutStopSec=60
KillMode=mixed
ReadWritePaths={data} /tmp
LimitNOFILE=65536
{HARDENING}
[Install]
WantedBy=multi-user.target
"""
    backup = f"""\
[Unit]
Description=Backup of Nuanyi
After=nuanyi.service

[Service]
Type=oneshot
User={user}
{environment}ExecStart={program} backup --keep {keep} {backups}
ReadWritePaths={data}{writable} /tmp
{HARDENING}"""
    rehearsal = f"""\
[Unit]
Description=Rehearsed restore of the newest backup of Nuanyi
After=nuanyi.service

[Service]
Type=oneshot
User={user}
{environment}ExecStart={program} rehearse {backups}
ReadWritePaths={data}{writable} /tmp
{HARDENING}"""
    monthly = """\
[Unit]
Description=Rehearsed restore of Nuanyi every month

[Timer]
OnCalendar=*-*-01 04:30:00
RandomizedDelaySec=15m
Persistent=yes

[Install]
WantedBy=timers.target
"""
    timer = """\
[Unit]
Description=Backup of Nuanyi every night

[Timer]
OnCalendar=*-*-* 02:30:00
RandomizedDelaySec=15m
Persistent=yes

[Install]
WantedBy=timers.target
"""
    return {
        "nuanyi.service": serve,
        "nuanyi-backup.service": backup,
        "nuanyi-backup.timer": timer,
        "nuanyi-rehearsal.service": rehearsal,
        "nuanyi-rehearsal.timer": monthly,
    }


def run(chosen: argparse.Namespace) -> int:
    """Write the units. Exit 2 where the folder may not be written, with what to do."""
    program = shutil.which("nuanyi") or f"{sys.executable} -m nuanyi.program.cli"
    data, target = home(), Path(chosen.dest)
    away = sftp.is_place(chosen.backups)
    here = Path(chosen.backups or data.parent / f"{data.name}-backups")
    backups = str(sftp.parse(chosen.backups) if away else here.resolve())
    user = chosen.user or os.environ.get("SUDO_USER") or getpass.getuser()
    if user == "root" and not chosen.user:
        raise BadInput(
            "choose the user who shall run it: make one with `useradd --system --home-dir /var/lib/nuanyi nuanyi`, "
            "then --user nuanyi",
            code="no-user",
        )
    if any(sign in str(data) + backups for sign in " \n%"):
        raise BadInput("the folders may hold no space and no percent sign for systemd", code="bad-folder")
    written = units(
        user=user, data=data, program=program, port=chosen.port, backups=backups, keep=chosen.keep
    )
    target.mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        (target / name).write_text(text)
    first = (
        f"chown {user} {data}; nuanyi backup {backups} says what is missing to sign in there"
        if away
        else f"mkdir -p {backups} && chown {user} {backups} {data}"
    )
    words = (
        f"Written to {target}: {', '.join(written)}.\n"
        f"Now: {first}\n"
        "     systemctl daemon-reload && systemctl enable --now nuanyi.service nuanyi-backup.timer nuanyi-rehearsal.timer\n"
        "Settings (NUANYI_HOSTS, NUANYI_ORIGINS, NUANYI_PUBLIC_URL …) go into /etc/nuanyi.env."
    )
    answer(chosen, {"folder": str(target), "units": list(written), "user": user}, words)
    return 0
