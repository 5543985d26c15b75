"""``nuanyi person``: one deed for one person, by the machine's own administrator."""

import argparse
import json

import pytest

from nuanyi.census.models import Worker
from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take
from nuanyi.journal.models import Entry
from nuanyi.lib.errors import BadInput, NotFound
from nuanyi.people.models import Person
from nuanyi.people.services import openings
from nuanyi.program import cli, person_command

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_erasures")]
PHONE = "19900000001"


def person(*words) -> argparse.Namespace:
    return cli.parser().parse_args(["person", *words, "--json"])


def run(capsys, *words):
    person_command.run(person(*words))
    return json.loads(capsys.readouterr().out)


def test_a_person_is_shown_put_right_forgotten_and_admitted_again(district, program, capsys, tmp_path):
    take(program, [HEAD, row(1)])
    kept = Worker.objects.get().person
    shown = run(capsys, "show", PHONE)
    assert "周小明" in str(shown["kept"])
    assert Entry.objects.filter(kind="rights.shown", actor_label="person").count() == 1
    assert run(capsys, "show", str(kept.pk), "--out", str(tmp_path / "a.json"))["kept"]
    assert "周小明" in (tmp_path / "a.json").read_text()
    run(capsys, "correct", PHONE, "--value", "周晓明", "--reason", "持身份证到窗口")
    kept.refresh_from_db()
    assert openings.open_for_program(kept, "name") == "周晓明"
    assert run(capsys, "withdraw", PHONE, "--reason", "本人要求") == {"withdrawn": []}
    assert run(capsys, "erase", PHONE, "--reason", "本人要求") == {"forgotten": 1, "left": []}
    assert not Person.objects.filter(erased_at=None).exists()
    assert take(program, [HEAD, row(1)]).counts["barred"] == 1
    assert run(capsys, "admit", PHONE) == {"admitted": True}


def test_what_is_not_one_person_or_has_no_reason_is_refused_in_words(district, program):
    take(program, [HEAD, row(1), row(2, name="吴小红", phone=PHONE)])
    with pytest.raises(BadInput, match="Several persons"):
        person_command.run(person("show", PHONE))
    with pytest.raises(NotFound):
        person_command.run(person("show", "19955550000"))
    with pytest.raises(BadInput, match="give a mobile number"):
        person_command.run(person("erase", "周小明", "--reason", "本人要求"))
    pk = str(Person.objects.first().pk)
    with pytest.raises(BadInput, match="--reason"):
        person_command.run(person("erase", pk))
