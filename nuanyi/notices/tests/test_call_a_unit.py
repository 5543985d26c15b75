from nuanyi.notices import services
from nuanyi.notices.models import Call, Notice


def test_a_call_reaches_everybody_with_the_role_at_the_unit_once_and_nobody_else(cast, district):
    unit = district["shichang"]
    for _again in range(2):
        services.call(unit.pk, ("clerk",), "test", once="x", address="/office/", about="一件")
    assert Notice.objects.count() == 0
    assert services.spread_calls() == 2
    told = Notice.objects.get()
    assert (told.account, told.address, told.facts) == (cast.accounts["clerk"], "/office/", {"about": "一件"})
    assert Call.objects.count() == 0


def test_a_call_for_one_account_reaches_it_only_while_it_is_of_the_unit_and_active(cast, district):
    clerk = cast.accounts["clerk"]
    services.call(district["gonghui"].pk, ("clerk",), "test", once="a", account_id=clerk.pk)
    services.call(district["shichang"].pk, ("clerk",), "test", once="b", account_id=clerk.pk)
    services.spread_calls()
    assert [notice.once for notice in Notice.objects.all()] == [f"{clerk.pk}:b"]
