import re

from django.test import Client

from nuanyi.people.models import Account, RoleGrant

PAGE = "/office/people/bulk/"
LIST = "登录名\t姓名\t单位\t角色\nzhang\t张经办\t雁山镇\t单位经办\nli\t李店\t市场监管局\t店小二"


def test_a_list_is_looked_at_first_and_then_makes_accounts_with_slips(cast):
    browser = cast.client("office")
    shown = browser.post(PAGE, {"accounts": LIST, "look": "1"}).content.decode()
    assert "张经办" in shown
    assert not Account.objects.filter(username="zhang").exists()
    slips = browser.post(PAGE, {"accounts": LIST, "sure": "1"})
    passwords = re.findall(r"<dd>(\w{4}-\w{4}-\w{4})</dd>", slips.content.decode())
    assert len(passwords) == 2
    assert slips["Cache-Control"] == "no-store"
    made = Account.objects.get(username="zhang")
    assert made.must_change_password
    assert RoleGrant.asked.get(account=made).region_code == "450311100"
    assert Client().post("/accounts/login/", {"login": "zhang", "password": passwords[0]}).status_code == 302


def test_no_code_is_printed_with_an_address_of_this_machine(cast, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1", "nuanyi.example"]
    browser = cast.client("office")
    local = browser.post(PAGE, {"accounts": LIST, "sure": "1"}, HTTP_HOST="127.0.0.1").content.decode()
    assert "<img" not in local
    more = LIST.replace("zhang", "zhang2").replace("li\t", "li2\t")
    public = browser.post(PAGE, {"accounts": more, "sure": "1"}, HTTP_HOST="nuanyi.example").content.decode()
    assert "<img" in public
    assert "nuanyi.example/accounts/login/" in public


def test_each_wrong_row_is_named_before_and_nothing_is_made(cast):
    before = Account.objects.count()
    wrong = "登录名\t姓名\t单位\t角色\nzhang\t张\t没有这个局\t单位经办\noffice\t李\t\t店小二\nwang\t王\t\t系统管理员"
    browser = cast.client("office")
    shown = browser.post(PAGE, {"accounts": wrong, "look": "1"}).content.decode()
    assert "没有这个局" in shown
    assert "你不能授予这个角色" in shown
    assert browser.post(PAGE, {"accounts": wrong, "sure": "1"}).status_code == 422
    assert Account.objects.count() == before


def test_who_may_give_a_role_is_shown_before_it_is_refused(cast):
    account = cast.accounts["clerk"]
    page = cast.client("office").get(f"/office/people/{account.pk}/").content.decode()
    offered = re.findall(r'<option value="(\w+)"', page)
    assert "administrator" not in offered
    assert "clerk" in offered
    assert "别人授予的角色" in page


def test_a_forgotten_password_becomes_a_slip_and_the_old_one_ends(cast):
    from conftest import PASSWORD

    account = cast.accounts["clerk"]
    page = cast.client("office").post(f"/office/people/{account.pk}/", {"password": "1"}).content.decode()
    [password] = re.findall(r"<dd>(\w{4}-\w{4}-\w{4})</dd>", page)
    assert Client().post("/accounts/login/", {"login": "clerk", "password": PASSWORD}).status_code == 200
    assert Client().post("/accounts/login/", {"login": "clerk", "password": password}).status_code == 302
