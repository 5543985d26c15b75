"""A try-out district is emptied or becomes the real one: what was tried out goes, what was set stays."""

import json
import shutil

import pytest
from django.apps import apps

from nuanyi.journal.models import Entry
from nuanyi.ledger.models import LedgerEntry, RollUp
from nuanyi.lib import clock, row_security
from nuanyi.lib.actor import system
from nuanyi.lib.errors import BadInput, Conflict, NotAllowed
from nuanyi.lib.rooms import rooms
from nuanyi.program.models import Installation
from nuanyi.program.setup import services, trial
from nuanyi.program.tests.conftest import opened, run

PROGRAM = system("test")


def test_every_table_of_ours_is_thought_of_and_no_kept_one_needs_one_that_goes():
    known = {model._meta.label for model in apps.get_models()}
    assert known >= trial.lasting() | trial.OF_STATIONS | trial.of_runs()
    for keep in (False, True):
        gone = set(trial.emptied(keep))
        for model in apps.get_models(include_auto_created=True):
            if model in gone or model._meta.auto_created:
                continue
            needs = [
                field.name
                for field in model._meta.concrete_fields
                if field.is_relation and field.related_model in gone and not field.null
            ]
            assert needs == [], model._meta.label


@pytest.fixture
def tried(db):
    from nuanyi.census.tests.test_take_a_roster_in import HEAD, row, take

    with row_security.reading_as(PROGRAM):
        services.set_up(actor=system("setup"), district="450311", trial=True)
        take(PROGRAM, [HEAD, row(1), row(2)])
        yield


def test_what_was_tried_out_goes_and_what_was_set_stays(tried):
    from nuanyi.cases.models import ServiceItem
    from nuanyi.census.models import Worker
    from nuanyi.people.models import Account, Person
    from nuanyi.units.models import Unit

    before = Unit.objects.count(), Account.objects.count(), ServiceItem.objects.count(), Entry.objects.count()
    assert Worker.objects.count() == 2
    assert LedgerEntry.objects.filter(reverses=None).exists()
    went, _slips = trial.empty(actor=PROGRAM, name="雁山区", real=False)
    assert went["census.Worker"] == 2
    assert not Worker.objects.exists()
    assert not Person.objects.exists()
    assert not RollUp.objects.exclude(count=0).exists()
    kept = Unit.objects.count(), Account.objects.count(), ServiceItem.objects.count()
    assert kept == before[:3]
    assert Entry.objects.count() == before[3] + 1  # the journal lost nothing, and tells of it
    assert Entry.objects.filter(kind="program.trial_emptied").count() == 1
    assert trial.is_trial()


def test_what_would_go_is_counted_in_every_room_and_is_what_goes(tried):
    from nuanyi.party.models.organisations import Organisation
    from nuanyi.units.models import Unit
    from nuanyi.volunteers.models import Campaign

    before = trial.held()
    day = clock.today()
    Organisation.objects.create(name="示例支部", form="branch", region_code="450311", founded_date=day)
    Campaign.objects.create(unit=Unit.objects.first(), stock=9, first_day=day, last_day=day)
    after = trial.held()
    more = {title: count - before.get(title, 0) for title, count in after.items()}
    assert {title for title, count in more.items() if count} == {
        str(rooms()[f"nuanyi.{name}"].title) for name in ("party", "volunteers")
    }
    went, _slips = trial.empty(actor=PROGRAM, name="雁山区", real=False)
    assert sum(after.values()) == sum(n for label, n in went.items() if label not in trial.of_runs())
    assert trial.held() == {}


def test_a_district_in_real_use_is_never_emptied(tried):
    trial.empty(actor=PROGRAM, name="雁山区", real=True)
    assert not trial.is_trial()
    with pytest.raises(Conflict):
        trial.empty(actor=PROGRAM, name="雁山区", real=True)
    Installation.objects.update(trial=False)
    with pytest.raises(Conflict):
        trial.empty(actor=PROGRAM, name="雁山区", real=False)


def test_another_name_and_another_role_empty_nothing(tried, cast_of_setup):
    from nuanyi.census.models import Worker

    with pytest.raises(BadInput):
        trial.empty(actor=PROGRAM, name="雁山", real=False)
    with pytest.raises(NotAllowed):
        trial.empty(actor=cast_of_setup("liangxin"), name="雁山区", real=False)
    assert Worker.objects.count() == 2


@pytest.fixture
def cast_of_setup():
    from nuanyi.people.access import actor_for
    from nuanyi.people.models import Account

    return lambda name: actor_for(Account.objects.get(username=name))


def test_the_administrator_ends_the_try_out_on_a_page_that_counts_and_asks_for_the_name(tried):
    from django.test import Client

    from nuanyi.people.models import Account

    browser = Client()
    account = Account.objects.get(username="guanli")
    Account.objects.filter(pk=account.pk).update(must_change_password=False)
    account.refresh_from_db()
    browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    assert "/office/setup/trial/" in browser.get("/office/setup/").content.decode()
    page = browser.get("/office/setup/trial/").content.decode()
    assert "<dd>2</dd>" in page
    wrong = browser.post("/office/setup/trial/", {"name": "雁山", "then": "real"})
    assert wrong.status_code == 422
    assert 'value="雁山"' in wrong.content.decode()
    assert browser.post("/office/setup/trial/", {"name": "雁山区", "then": "real"}).status_code == 200
    from nuanyi.people.models import Person

    assert not Person.objects.exists()
    assert "正式使用" in browser.get("/office/setup/trial/").content.decode()


@pytest.mark.xdist_group("home")
def test_the_demo_becomes_a_real_district_with_no_password_that_everybody_knows(home, tmp_path):
    copy = opened(tmp_path) / "home"
    shutil.copytree(home, copy, symlinks=True)
    _own_like(home, copy)
    told = json.loads(run(copy, "empty", "--district", "雁山区", "--real", "--json"))
    assert told["rows"]["people.Person"] > 200
    assert {one["username"] for one in told["accounts"]} >= {"guanli", "liangxin", "shenji"}
    figures = json.loads(run(copy, "figures", "--json"))
    counted = {key: value for key, value in figures.items() if value and key.split(".")[0] != "learning"}
    assert {
        key for key in counted if key.startswith(("census.workers", "establishments", "service", "reports"))
    } == {"service.list_parts"}, "the service list is a setting and stays"
    assert json.loads(run(copy, "verify-journal", "--json"))["breaks"] == []
    assert json.loads(run(copy, "empty", "--district", "雁山区", "--json", code=2))["code"] == "not-a-trial"
    assert json.loads(run(copy, "demo", "--no-serve", "--json", code=2))["code"] == "already-set-up"


def _own_like(one, other):
    """The account that runs PostgreSQL owns its files in the copy too."""
    import os

    for path in [one, *one.rglob("*")]:
        if not path.is_symlink():
            stat = path.stat()
            os.chown(other / path.relative_to(one), stat.st_uid, stat.st_gid)
