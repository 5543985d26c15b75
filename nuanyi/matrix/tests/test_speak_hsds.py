"""HSDS 3.0, valid against the published JSON schemas where they lie beside the checkout (they are third-party)."""

import json
from pathlib import Path

import jsonschema
import pytest

from nuanyi.cases.services import settings

SCHEMAS = Path(__file__).parents[4] / "shared" / "data" / "hsds"


@pytest.fixture
def filled(put, program, district):
    put("甲站", step_free=True, how_to_find="从侧门进")
    told = {
        "part": "rights",
        "title": "没发工钱",
        "words": "站点拖着工钱",
        "unit": district["shichang"],
        "promised_days": 15,
        "law": "《劳动合同法》第三十条",
        "desk_call": "12333",
        "hours": "周一至周五",
        "needed": "截图",
        "who": "所有人",
    }
    settings.save_item(actor=program, told=told)


@pytest.mark.parametrize("name", ["service", "organization", "service_at_location"])
def test_each_list_and_each_record_is_valid(filled, client, name):
    file = SCHEMAS / f"{name}.json"
    if not file.exists():
        pytest.skip("the published HSDS schemas are not beside this checkout")
    page = client.get(f"/hsds/{name}s").json()
    assert page["total_items"] == len(page["contents"]) > 0
    validator = jsonschema.Draft202012Validator(
        json.loads(file.read_text()), format_checker=jsonschema.FormatChecker()
    )
    for record in page["contents"]:
        assert [error.message for error in validator.iter_errors(record)] == []
        assert client.get(f"/hsds/{name}s/{record['id']}").json() == record


def test_pages_follow_the_specification(filled, client):
    page = client.get("/hsds/organizations?page=2&per_page=3").json()
    assert (page["page_number"], page["size"], page["first_page"], page["last_page"]) == (2, 3, False, False)
    assert client.get("/hsds/").json()["version"] == "3.0"
    wrong = client.get("/hsds/services?page=0")
    assert (wrong.status_code, wrong["Content-Type"]) == (422, "application/problem+json")
    assert client.get("/hsds/services/00000000-0000-7000-8000-000000000000").status_code == 404
