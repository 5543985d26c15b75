"""Every table with something of a person, a unit or an account in it has a forced policy, or a reason to have none."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import IntegerField

from nuanyi.lib import row_security, sealed
from nuanyi.lib.actor import GUEST
from nuanyi.people import models as people
from nuanyi.people.models import Account
from nuanyi.program import row_policies, walls
from nuanyi.rights.models import Request
from nuanyi.units.models import Unit


def _bound(model):
    """What ties a table to somebody: sealed or declared fields, a unit, an account, a number that may be either's."""
    names = set(getattr(model, "PERSONAL", {}) or {})
    names |= {field.name for field in sealed.fields() if field.model is model}
    names |= {
        field.name
        for field in model._meta.local_fields
        if field.is_relation and field.related_model in (Unit, Account)
    }
    names |= {
        field.name
        for field in model._meta.local_fields
        if field.name.endswith("_id") and isinstance(field, IntegerField)
    }
    return names


def _models():
    ours = [model for model in apps.get_models() if model.__module__.startswith("nuanyi.")]
    return {model._meta.label: model for model in ours if _bound(model)}


def test_every_bound_table_has_a_policy_or_a_reason_and_no_reason_is_idle():
    declared = {table for table, _policy in row_policies.declared()}
    bare = {label for label, model in _models().items() if model._meta.db_table not in declared}
    assert bare == set(row_policies.without())


@pytest.mark.django_db
def test_every_policy_is_forced_and_there_is_no_other():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE c.relrowsecurity AND c.relforcerowsecurity ORDER BY 1"
        )
        forced = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT DISTINCT polname FROM pg_policy")
        names = {row[0] for row in cursor.fetchall()}
    assert forced == [table for table, _policy in row_policies.declared()]
    assert names == {"reader", "reader_makes", "reader_changes", "reader_removes"}


@pytest.mark.django_db
def test_a_guest_who_can_run_statements_sees_no_row_of_any_walled_table(cast, put):
    """Whatever the rows are: with one statement over all tables, as the role of pages."""
    closed = [table for table, policy in row_policies.declared() if policy.using != "true"]
    assert len(closed) > 25
    with row_security.reading_as(GUEST), connection.cursor() as cursor:
        for table in closed:
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
            assert cursor.fetchone() == (False,), table


@pytest.mark.django_db
def test_doctor_and_the_health_page_try_each_wall_and_find_them_standing(cast, put):
    people.Person.objects.create(region_codes=["450311"], unit_ids=[])
    assert walls.open_walls() == []
    page = cast.client("administrator").get("/office/health/").content.decode()
    assert "已从页面一侧逐项试过" in page


OPENED = {
    "ALTER TABLE people_person NO FORCE ROW LEVEL SECURITY; ALTER TABLE people_person DISABLE ROW LEVEL SECURITY": (
        "people_person 的行不登录也能看到"
    ),
    "DROP POLICY reader ON people_person; CREATE POLICY reader ON people_person USING (nuanyi_kind() = 'account')": (
        "people_person 的行会给别的单位看到"
    ),
    "GRANT USAGE ON SCHEMA nuanyi_private TO nuanyi_web; GRANT SELECT ON nuanyi_private.secret TO nuanyi_web": "密钥",
    "GRANT EXECUTE ON FUNCTION nuanyi_signature TO nuanyi_web": "签名",
    "GRANT INSERT ON journal_entry TO nuanyi_web": "伪造审计记录",
    "DROP POLICY reader_makes ON people_rolegrant; CREATE POLICY reader_makes ON people_rolegrant FOR INSERT"
    " WITH CHECK (true)": "加角色",
    "DROP TRIGGER nuanyi_guard ON people_account": "别人的密码",
    "GRANT pg_execute_server_program TO nuanyi_web": "运行程序",
    "COMMENT ON SCHEMA nuanyi_private IS 'another'": "不是本版本的",
}


@pytest.mark.django_db
def test_rows_that_any_account_is_shown_are_found_in_whatever_table(cast):
    """Another unit's reader was tried on eight tables; the walls of the others could lie down unseen."""
    Request.objects.create(deed="correct", reason="本人要求", field="name")
    assert walls.open_walls() == []
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER POLICY reader ON rights_request USING (nuanyi_account() IS NOT NULL)")
        cursor.execute("SET ROLE nuanyi_web")
    assert [words for words in walls.open_walls() if "rights_request" in words]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", OPENED)
def test_a_wall_that_was_opened_is_found_by_trying_it(cast, put, statement):
    people.Person.objects.create(region_codes=["450311"], unit_ids=[])
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(statement)
        cursor.execute("SET ROLE nuanyi_web")
    assert OPENED[statement] in "; ".join(walls.open_walls())
