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


def test_lists_are_narrowed_by_the_filters_of_the_specification(filled, client, district):
    def found(asked, what="services"):
        answer = client.get(f"/hsds/{what}?{asked}")
        assert answer.status_code == 200, answer.content
        return [record["name"] for record in answer.json()["contents"]]

    mine = client.get("/hsds/services?search=站点拖着").json()["contents"]
    [record] = mine
    [attribute] = record["attributes"]
    assert found("search=没有这样的") == []
    assert found(f"organization_id={record['organization_id']}") == ["没发工钱"]
    assert found("organization_id=00000000-0000-0000-0000-000000000000") == []
    assert "没发工钱" in found(f"taxonomy_term_id={attribute['taxonomy_term_id']}")
    assert found("taxonomy_term_id=x") == []
    assert found("modified_after=2099-01-01") == []
    assert "没发工钱" in found("modified_after=2020-01-01T00:00:00%2B08:00")
    assert found("modified_after=2099-01-01T00:00:00Z", "service_at_locations") == []
    least = client.get("/hsds/services?search=站点拖着&minimal=true").json()["contents"][0]
    assert set(least) == {"id", "name", "description", "status", "organization_id"}
    full = client.get(f"/hsds/organizations/{record['organization_id']}?full=true").json()
    assert [one["name"] for one in full["services"]] == ["没发工钱"]
    for asked in ("modified_after=gestern", "minimal=perhaps", "format=csv"):
        assert client.get(f"/hsds/services?{asked}").status_code == 422


def test_the_parts_of_the_service_list_are_the_taxonomy(filled, client):
    [taxonomy] = client.get("/hsds/taxonomies").json()["contents"]
    terms = client.get(f"/hsds/taxonomy_terms?taxonomy_id={taxonomy['id']}").json()["contents"]
    assert [one["code"] for one in terms] == [
        "hardship",
        "rights",
        "policy",
        "legal_aid",
        "employment",
        "health",
    ]
    assert client.get(f"/hsds/taxonomy_terms/{terms[0]['id']}").json() == terms[0]


def test_what_a_station_offers_is_found_by_its_number(filled, client):
    [place] = client.get("/hsds/service_at_locations").json()["contents"]
    assert client.get(f"/hsds/services/{place['service_id']}").status_code == 200


@pytest.mark.parametrize(
    "address",
    ["/api/v1/stations.geojson", "/hsds/services", "/open311/v2/services.json", "/feeds/sessions.ics"],
)
def test_pages_of_others_may_read_what_is_public(client, db, address):
    assert client.get(address)["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get("/")


@pytest.mark.parametrize("address", ["/api/v1/stations.geojson", "/hsds/services"])
def test_a_method_that_an_address_does_not_take_is_said_to_programs_as_any_refusal(client, db, address):
    answer = client.delete(address)
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert answer.json()["code"] == "wrong-method"
    told = client.delete("/open311/v2/services.json")
    assert (told.status_code, told.json()[0]["code"]) == (405, 405)
    assert client.delete("/open311/v2/services.xml")["Content-Type"].startswith("text/xml")
