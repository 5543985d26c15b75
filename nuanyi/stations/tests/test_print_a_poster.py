import pypdfium2
import pytest
import zxingcpp

from nuanyi.stations.services import faults


def opened(body):
    """The PDF, opened by another program: text of its pages, and the codes that a scanner reads off them."""
    book = pypdfium2.PdfDocument(body)
    text = "".join(page.get_textpage().get_text_range() for page in book)
    codes = [found.text for page in book for found in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    return book, text, codes


@pytest.mark.parametrize(("size", "width"), [("A4", 595), ("A3", 842)])
def test_a_poster_says_name_and_hours_and_its_code_is_read(put, cast, size, width):
    station = put("柘木镇“暖心驿站”", how_to_find="从侧门进")
    answer = cast.client("yanshan").get(f"/office/stations/{station.pk}/poster.pdf?size={size}")
    assert answer["Content-Type"] == "application/pdf"
    book, text, codes = opened(answer.content)
    assert round(book[0].get_width()) == width
    assert len(book) == 1
    for words in ("柘木镇", "08:00-12:00", "14:00-20:00", "舒心歇脚", "手机充电", "从侧门进"):
        assert words in text
    assert f"testserver/s/{station.code}/" in text, "for a phone that reads no code"
    assert codes == [f"http://testserver/s/{station.code}/?k={faults.wall_code(station)}"]


def test_a_poster_carries_its_own_font(put, cast):
    answer = cast.client("office").get(f"/office/stations/{put().pk}/poster.pdf")
    assert b"/FontFile2" in answer.content
    assert len(answer.content) < 200_000


def test_a_page_of_codes_holds_one_for_each_station(put, cast):
    made = [put(f"第{n}站", code=f"C{n:02d}") for n in range(14)]
    book, text, codes = opened(cast.client("office").get("/office/stations/codes.pdf").content)
    assert len(book) == 2
    assert len(codes) == len(set(codes)) == 14
    assert all(station.name in text for station in made)


def test_an_unknown_paper_is_refused(put, cast):
    assert cast.client("office").get(f"/office/stations/{put().pk}/poster.pdf?size=A9").status_code == 422


@pytest.mark.parametrize("local", ["http://127.0.0.1:8000", "http://localhost:8000"])
def test_no_code_is_printed_with_an_address_that_leads_to_the_readers_own_machine(put, cast, settings, local):
    settings.NUANYI_PUBLIC_URL = local
    station, office = put(), cast.client("office")
    for path in (f"{station.pk}/poster.pdf", "codes.pdf"):
        refused = office.get(f"/office/stations/{path}")
        assert refused.status_code == 409
        assert "NUANYI_PUBLIC_URL" in refused.content.decode()
    assert "127.0.0.1" not in office.get(f"/office/stations/{station.pk}/").content.decode()
    keeper = cast.client("keeper")
    faults_keeper = put("良丰站", region_code="450311001")
    from nuanyi.stations.models import Keeper

    Keeper.objects.get_or_create(station=faults_keeper, account=cast.accounts["keeper"])
    page = keeper.get(f"/keeper/{faults_keeper.code}/screen/").content.decode()
    assert "NUANYI_PUBLIC_URL" in page
    assert "screen.svg" not in page
    assert keeper.get(f"/keeper/{faults_keeper.code}/screen.svg").status_code == 409
