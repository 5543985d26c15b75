from pathlib import Path

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from nuanyi.lib import rooms

pytestmark = pytest.mark.django_db
MANUAL = (Path(__file__).parents[3] / "docs/administrator.md").read_text()


def families():
    text = Client().get("/metrics").content.decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(found, name, **labels):
    return sum(
        sample.value
        for family in found.values()
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def test_a_request_counts_by_its_route_with_its_latency_and_its_queries_and_never_by_its_address():
    before = families()
    Client().get("/stations/NY-secret/")
    after = families()
    labels = {"route": "stations/<slug:code>/", "status": "404", "method": "GET"}
    assert value(after, "nuanyi_http_requests_total", **labels) == 1 + value(
        before, "nuanyi_http_requests_total", **labels
    )
    counted = "nuanyi_http_request_seconds_count"
    route = {"route": labels["route"]}
    assert value(after, counted, **route) == 1 + value(before, counted, **route)
    assert value(after, "nuanyi_database_queries_total") > value(before, "nuanyi_database_queries_total")
    assert b"NY-secret" not in Client().get("/metrics").content


def test_every_number_says_what_it_is_counters_end_in_total_and_the_manual_names_it():
    found = {name: family for name, family in families().items() if name.startswith("nuanyi_")}
    assert {metric.name for metric in rooms.metrics()} <= set(found)
    for name, family in found.items():
        assert family.documentation, name
        if family.type == "counter":
            assert all(s.name.endswith(("_total", "_created")) for s in family.samples), name
        assert f"`{name}_total`" in MANUAL or f"`{name}`" in MANUAL, name


def test_a_strange_method_makes_no_label_of_its_own():
    Client().generic("BREW-4711", "/healthz")
    assert b"BREW" not in Client().get("/metrics").content
