"""Phones and clerks that write: each write has a key, is sent until it is acknowledged, and is remembered."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from faults.stage import Stage, ask
from nuanyi.lib import clock

PASSWORD = "nuanyi-demo-2022"
#: What is written: path, fields, and where its rows stand.
FLOWS = ("case", "report", "fault", "wish", "item")
#: What else must not be lost where the disk fails: a lesson's end (which counts into the ledger), a volunteer's place on a
#: shift, a clerk's answer in a case, a note on a record, a roster that is sent.
KEY_FLOWS = (*FLOWS, "finish", "signup", "answer", "note", "roster")
#: What a clerk writes, and who: whoever has signed in.
CLERKS = {"item": "liangxin", "note": "liangxin", "roster": "liangxin", "answer": "dianxiaoer"}
TABLES = {
    "case": "SELECT key::text, count(*) FROM cases_case WHERE key = ANY(%s) GROUP BY 1",
    "report": "SELECT key::text, count(*) FROM reports_voice WHERE key = ANY(%s) GROUP BY 1",
    "fault": "SELECT key::text, count(*) FROM stations_fault WHERE key = ANY(%s) GROUP BY 1",
    "wish": "SELECT key::text, count(*) FROM stations_wish WHERE key = ANY(%s) GROUP BY 1",
    "finish": "SELECT key::text, count(*) FROM learning_finish WHERE key = ANY(%s) GROUP BY 1",
    "signup": (
        "SELECT v.key::text, count(*) FROM volunteers_signup s JOIN volunteers_volunteer v ON v.id = s.volunteer_id"
        " WHERE v.key = ANY(%s) GROUP BY 1"
    ),
    "answer": "SELECT key::text, count(*) FROM cases_message WHERE key = ANY(%s) GROUP BY 1",
    "note": "SELECT key::text, count(*) FROM census_recordnote WHERE key = ANY(%s) GROUP BY 1",
    "roster": "SELECT client_key::text, count(*) FROM census_import WHERE client_key = ANY(%s) GROUP BY 1",
    "item": "SELECT right(title, 36), count(*) FROM cases_serviceitem WHERE right(title, 36) = ANY(%s) GROUP BY 1",
}

#: Volunteers who were taken, by their keys, and a shift with so many places: its number and the links of all.
VOLUNTEERS = """
from datetime import timedelta
from uuid import UUID
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import system
from nuanyi.volunteers.models import Team
from nuanyi.volunteers.services import joining, shifts
program = system("faults")
keys = {keys}
with row_security.reader(program):
    team = Team.objects.order_by("pk").first()
    begins = clock.now() + timedelta(hours=2)
    times = (begins, begins + timedelta(hours=1))
    needs = dict(traffic={places})
    shift = shifts.call_shift(
        actor=program, told=shifts.ShiftInput(team.pk, "civility", "路口", "路口东", *times, needs)
    )
    links = []
    for number, key in enumerate(keys):
        told = joining.VolunteerInput("周小明", f"199003{{number:05}}", "traffic", agrees=True)
        made = joining.ask(key=UUID(key), team=team.pk, told=told, network=f"198.51.100.{{number}}")
        joining.move(actor=program, pk=made.pk, to="active")
        links.append(joining.link_of(made))
print(shift.pk, *links)
"""


@dataclass
class Write:
    """One write: its key, how often it was sent, and what was answered first."""

    flow: str
    key: UUID = field(default_factory=uuid4)
    sent: int = 0
    answer: str | None = None
    link: str = ""
    again: list[str] = field(default_factory=list)


class Browser:
    """A phone or a clerk: its cookies and its form token."""

    def __init__(self, port: int, account: str = "") -> None:
        self.port, self.account, self.cookies, self.token = port, account, "", ""

    def open(self) -> bool:
        """Get cookies and a token, and sign in; False where the server does not answer."""
        status, head, body = ask(self.port, "GET", "/door/token/")
        if status != 200 or head is None:
            return False
        self._keep(head)
        self.token = json.loads(body)["token"]
        if not self.account:
            return True
        told = urlencode({"login": self.account, "password": PASSWORD}).encode()
        status, head, _body = ask(
            self.port, "POST", "/accounts/login/", told, self.head() | {"Accept": "text/html"}
        )
        if status != 302 or head is None:
            return False
        self._keep(head)
        status, head, body = ask(self.port, "GET", "/door/token/", head=self.head())
        if status != 200:
            return False
        self.token = json.loads(body)["token"]
        return bool(json.loads(body)["signed_in"])

    def _keep(self, head: http.client.HTTPMessage) -> None:
        jar: SimpleCookie = SimpleCookie(self.cookies)
        for line in head.get_all("Set-Cookie") or []:
            jar.load(line)
        self.cookies = "; ".join(f"{name}={part.value}" for name, part in jar.items())

    def head(self) -> dict[str, str]:
        """The headers of a form that is posted, from one of many networks: no limit of one is tried here."""
        network = f"198.{random.randrange(18, 20)}.{random.randrange(256)}.{random.randrange(1, 255)}"
        return {
            "Cookie": self.cookies,
            "X-CSRFToken": self.token,
            "X-Forwarded-For": network,
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }


class Writers:
    """``many`` of them, in threads, until told to stop."""

    def __init__(
        self,
        stage: Stage,
        many: int = 4,
        flows: tuple[str, ...] = FLOWS,
        keyed: bool = True,
        drops: float = 0.05,
    ) -> None:
        self.stage, self.flows, self.keyed, self.drops = stage, flows, keyed, drops
        self.acknowledged: list[Write] = []
        self.waiting: list[Write] = []
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.station = str(stage.sql("SELECT code FROM stations_station WHERE state = 'open' LIMIT 1")[0][0])
        self.known: dict[str, Any] = {}
        self.threads = [threading.Thread(target=self._write, daemon=True) for _writer in range(many)]

    def prepare(self, many: int) -> None:
        """What the further key flows write on: a case, a shop, a lesson, a shift and ``many`` volunteers."""
        asked = {
            "lesson": "SELECT slug FROM learning_lesson WHERE state = 'published' ORDER BY id LIMIT 1",
            "shop": "SELECT id::text FROM census_establishment ORDER BY id LIMIT 1",
            "case": "SELECT c.id FROM cases_case c JOIN people_account a ON a.unit_id = c.unit_id"
            " WHERE a.username = 'dianxiaoer' AND c.state IN ('new', 'open') ORDER BY c.id LIMIT 1",
        }
        self.known = {name: self.stage.sql(statement)[0][0] for name, statement in asked.items()}
        keys = [str(uuid4()) for _volunteer in range(many)]
        shift, *links = self.stage.told_by(VOLUNTEERS.format(keys=keys, places=many)).split()
        self.known |= {"shift": shift, "volunteers": list(zip(keys, links, strict=True))}

    def write(self, flow: str) -> Write:
        """A new write of a flow; whoever takes a place on a shift is one of those who were prepared."""
        if flow != "signup":
            return Write(flow)
        key, link = self.known["volunteers"].pop()
        return Write(flow, UUID(key), link=link)

    def begin(self) -> None:
        """Begin to write."""
        for thread in self.threads:
            thread.start()

    def end(self, seconds: float = 120.0) -> None:
        """Let everybody send what waits, and end."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(seconds)

    def _write(self) -> None:
        browsers = {name: Browser(self.stage.server.port, name) for name in ("", "liangxin")}
        queue: deque[Write] = deque()
        ready: set[str] = set()
        deadline = None
        while queue or not self.stopping.is_set():
            if self.stopping.is_set():
                deadline = deadline or time.monotonic() + 90
                if time.monotonic() > deadline:
                    break
            if not queue:
                queue.append(Write(random.choice(self.flows)))
            write = queue[0]
            account = CLERKS.get(write.flow, "")
            browser = browsers[account]
            if account not in ready:
                if not browser.open():
                    time.sleep(0.1)
                    continue
                ready.add(account)
            status, answer = self.send(browser, write)
            if status in (401, 403):
                ready.discard(account)
            if status == 0:  # the answer was dropped on the way: nobody heard of it
                queue.rotate(-1)
                queue.append(Write(random.choice(self.flows)))
            elif status < 400:
                queue.popleft()
                with self.lock:
                    write.answer = answer
                    self.acknowledged.append(write)
            elif status < 500 and status not in (401, 403, 408, 429):
                raise AssertionError(f"{write.flow} answered {status}: {answer[:200]}")
            else:
                time.sleep(0.05)
        with self.lock:
            self.waiting += queue

    def send(self, browser: Browser, write: Write) -> tuple[int, str]:
        """Status and answer of a sending; ``(0, "")`` where the answer was dropped on purpose."""
        write.sent += 1
        path, fields = self._form(write)
        body = urlencode(fields).encode()
        if random.random() < self.drops:
            line = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=30)
            try:
                line.request("POST", path, body, {"Host": "localhost", **browser.head()})
                line.sock.settimeout(random.random() / 20)
                line.sock.recv(1)
            except OSError:
                pass
            finally:
                line.close()
            return 0, ""
        status, head, told = ask(browser.port, "POST", path, body, browser.head())
        where = head.get("Location", "") if head is not None else ""
        if status == 302 and "/accounts/login/" in where:
            return 401, ""
        return status, where or told.decode(errors="replace")

    def _form(self, write: Write) -> tuple[str, dict[str, str]]:
        key = str(write.key)
        sent = key if self.keyed else str(uuid4())
        if write.flow == "case":
            return "/help/ask/", {"key": sent, "kind": "other", "words": f"想问一下 {key}"}
        if write.flow == "report":
            place = {"lat": "25.05", "lon": "110.32", "accuracy": "10", "kind": ""}
            return "/report/", {"key": sent, "words": f"窨井盖松了 {key[:4]}", "where": "桥头", **place}
        if write.flow == "fault":
            told = {"trouble": "broken", "kind": "charging", "words": "门锁着"}
            return f"/stations/{self.station}/tell/", {"key": sent, **told}
        if write.flow == "wish":
            return f"/stations/{self.station}/wish/", {"key": sent, "words": f"想要个微波炉 {key[:4]}"}
        if write.flow == "finish":
            return f"/learn/{self.known['lesson']}/done/", {"key": sent}
        if write.flow == "signup":
            return f"/v/{write.link}/up/", {"key": sent, "shift": self.known["shift"], "role": "traffic"}
        if write.flow == "answer":
            return f"/office/cases/{self.known['case']}/write/", {"key": sent, "words": f"在办 {key[:4]}"}
        if write.flow == "note":
            return f"/office/census/establishments/{self.known['shop']}/notes/", {
                "key": sent,
                "words": "来过",
            }
        if write.flow == "roster":
            rows = f"姓名\t手机号\n周小{key[0]}\t19900000001\n"
            day = clock.today().isoformat()
            return "/office/census/imports/new/", {"client_key": sent, "pasted": rows, "as_of_date": day}
        told = {"part": "policy", "title": f"项 {key}", "words": "试一试能不能写两次。", "case_kind": "other"}
        return "/office/cases/items/new/", {"once": sent, "active": "on", "place": "1", **told}

    def judged(self) -> dict[str, int]:
        """What became of the writes: acknowledged, lost (acknowledged and not there), doubled, repeats answered otherwise."""
        lost = doubled = 0
        for flow in self.flows:
            keys = [str(write.key) for write in self.acknowledged if write.flow == flow]
            rows: dict[str, int] = {}
            for at in range(0, len(keys), 5000):
                part: list[object] = list(keys[at : at + 5000])
                if flow != "item":
                    part = [UUID(str(key)) for key in part]
                rows |= {str(key): int(count) for key, count in self.stage.sql(TABLES[flow], part)}
            lost += sum(1 for key in keys if key not in rows)
            doubled += sum(1 for key in keys if rows.get(key, 0) > 1)
        return {
            "acknowledged": len(self.acknowledged),
            "sendings": sum(write.sent for write in self.acknowledged),
            "unanswered": len(self.waiting),
            "lost": lost,
            "doubled": doubled,
        }
