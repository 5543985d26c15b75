def test_a_month_that_is_written_otherwise_is_kept_in_its_field_and_said_to_be_left_out(cast):
    office = cast.client("office")
    page = office.get("/office/matrix/?period=2026/11").content.decode()
    assert 'value="2026/11"' in page
    assert "请写月份" in page
    assert "请写月份" not in office.get("/office/matrix/?period=2026-11").content.decode()
