from nuanyi.places import division


def test_a_district_is_found_by_its_code_and_by_its_name_with_the_path_above_it():
    [found] = division.search("450311")
    assert (found.name, found.path) == ("雁山区", "广西壮族自治区 桂林市 雁山区")
    assert division.search("雁山")[0] == found
    assert division.search("桂林 雁山") == [found]


def test_a_name_that_many_districts_bear_gives_all_of_them_with_their_cities():
    paths = [one.path for one in division.search("朝阳区")]
    assert "北京市 朝阳区" in paths
    assert "吉林省 长春市 朝阳区" in paths


def test_a_district_directly_below_its_province_does_not_name_the_filler_between():
    assert division.search("仙桃市")[0].path == "湖北省 仙桃市"


def test_townships_and_villages_of_one_district_are_read_and_of_no_other():
    townships = division.below("450311")
    assert [one.name for one in townships] == ["良丰街道", "雁山镇", "柘木镇", "大埠乡", "草坪回族乡"]
    villages = division.villages("450311")
    assert len(villages) == 44
    assert {one.code[:9] for one in villages} == {one.code for one in townships}


def test_every_one_of_the_districts_has_townships_or_is_known_to_have_none():
    empty = [
        district.code
        for province in division.below("")
        for city in division.below(province.code)
        for district in division.below(city.code)
        if not division.below(district.code)
    ]
    total = sum(
        len(division.below(city.code))
        for province in division.below("")
        for city in division.below(province.code)
    )
    assert total == 2978
    assert len(empty) < 10


def test_a_mistyped_code_is_nobody_and_its_neighbours_are_named():
    assert division.search("450399") == []
    assert division.node("450399") is None
    assert {one.code[:4] for one in division.nearest_names("450399")} == {"4503"}


def test_the_counts_are_those_of_the_package():
    assert division._index()["counts"] == {
        "provinces": 31,
        "cities": 342,
        "areas": 2978,
        "streets": 41352,
        "villages": 620573,
    }
