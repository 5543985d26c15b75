"""schemathesis asks every operation of the OpenAPI with made-up parameters: no answer of 500, no breach of the contract.

``NUANYI_SCHEMA_CASES`` cases an operation (at a landing: 40); ``make schema`` asks 50,000 in all.
"""

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from nuanyi.front.api_root import api
from nuanyi.matrix import queries as matrix

CASES = int(os.environ.get("NUANYI_SCHEMA_CASES", "40"))

#: Which codes there are, and that a moment lies within seven days, is told by a list and in words, not by the document.
EXCLUDED = {"/api/v1/stations/nearby": [positive_data_acceptance]}

pytestmark = pytest.mark.timeout(max(400, CASES // 10))


@pytest.fixture
def contract(put):
    """The document as it is served, asked in this process; the test's transaction stays open between requests."""
    put()
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    # as a reader gets it: plain values, keys in quotes
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def ask(contract, path=""):
    """Ask every operation (or the one at ``path``); the number of answers."""
    count = 0
    for operation in (found.ok() for found in contract.get_all_operations()):
        if path and operation.path != path:
            continue

        @settings(
            max_examples=CASES,
            deadline=None,
            derandomize=CASES < 1000,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def answers_as_it_says(case):
            nonlocal count
            count += 1
            # this client does not unpack what comes packed
            case.call_and_validate(
                headers={"Accept-Encoding": "identity"}, excluded_checks=EXCLUDED.get(case.path)
            )

        answers_as_it_says()
    return count


def test_every_operation_answers_as_its_contract_says(contract):
    assert ask(contract) >= CASES


def test_an_answer_that_breaks_the_contract_is_seen(contract, monkeypatch):
    """The control: a cell with a word where the document promises a number, and one that fails."""
    monkeypatch.setattr(matrix, "public_cells", lambda window: [{"figure": 1}])
    with pytest.raises((FailureGroup, Exception)) as wrong:
        ask(contract, "/api/v1/figures/cells")
    assert "500" in str(wrong.value) or "Server error" in str(wrong.value)


def test_every_operation_tells_its_errors():
    operations = [
        operation for path in api.get_openapi_schema()["paths"].values() for operation in path.values()
    ]
    assert len(operations) >= 5
    for operation in operations:
        assert {"422", "503"} <= {str(code) for code in operation["responses"]}, operation["operationId"]
