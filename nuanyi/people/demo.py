"""The accounts of the demo: one for each part that people play; all have the same password, which is printed."""

from __future__ import annotations

from nuanyi.lib.actor import Actor
from nuanyi.lib.demo import PROGRAM, Demo, Plan
from nuanyi.people.access import actor_for
from nuanyi.people.models import Account
from nuanyi.people.services import accounts
from nuanyi.units.models import Unit

PASSWORD = "nuanyi-demo-2022"  # noqa: S105 - printed at every start; `serve` refuses the demo on a public address
#: Name, who it is, unit, role, place.
ACCOUNTS: list[tuple[str, str, str, str, str]] = [
    ("liangxin", "两新工委 经办", "liangxin", "district_office", ""),
    ("liangxin2", "两新工委 复核", "liangxin", "district_office", ""),
    ("zuzhi", "组织部 经办", "zuzhibu", "organisation", ""),
    ("yanshan", "雁山镇 经办", "yanshan", "unit_staff", "450311100"),
    ("shangwu", "商务局 经办", "shangwu", "unit_staff", ""),
    ("zhidao", "党建指导员", "yanshan", "instructor", "450311100"),
    ("zhidao2", "党建指导员（柘木镇）", "zhemu", "instructor", "450311101"),
    ("shuji", "党支部书记", "yanshan", "branch", ""),
    ("shuji2", "党支部书记（接收支部）", "zhemu", "branch", ""),
    ("linshi", "临时党支部书记", "liangxin", "branch", ""),
    ("wangge", "网格员", "zhemu", "grid_worker", "450311101"),
    ("dianxiaoer", "店小二", "renshe", "clerk", ""),
    ("falv", "法律援助 经办", "sifa", "clerk", ""),
    ("yizhan", "驿站管理员", "liangfeng", "keeper", "450311001"),
    ("shenji", "审计", "zuzhibu", "auditor", ""),
    ("guanli", "系统管理员", "", "administrator", ""),
]


def played_by(username: str) -> Actor:
    """The actor behind an account of the demo."""
    return actor_for(Account.objects.get(username=username))


def _stand(_plan: Plan) -> None:
    known = set(Account.objects.values_list("username", flat=True))
    for username, name, unit, role, region in ACCOUNTS:
        if username in known:
            continue
        account = accounts.make_account(
            actor=PROGRAM,
            username=username,
            password=PASSWORD,
            display_name=name,
            unit=Unit.objects.filter(code=unit).first(),
            must_change_password=False,
        )
        accounts.give_role(actor=PROGRAM, account=account, role=role, region_code=region)


DEMO = Demo(stand=_stand)
