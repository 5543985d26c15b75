"""What Prometheus is told: requests, their latency and their queries of the database, and the numbers of all rooms.

Several processes serve; each keeps its sums in files of ``PROMETHEUS_MULTIPROC_DIR``, which the supervisor empties at
the start, and whichever is asked adds them up. A request is labelled with its route, never with its address.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from nuanyi.lib import rooms

#: The folder where the processes of one server keep their sums.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: The methods that are counted by name; whatever else a stranger sends counts as "other".
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

disable_created_metrics()  # type: ignore[no-untyped-call]
requests = Counter("nuanyi_http_requests", "Requests answered.", ["method", "route", "status"])
latency = Histogram(
    "nuanyi_http_request_seconds", "From the first middleware to the answer.", ["route"], buckets=SECONDS
)
queries = Counter("nuanyi_database_queries", "Statements sent to the database while pages were made.")
query_time = Histogram(
    "nuanyi_database_request_seconds", "Time in the database for one request.", buckets=SECONDS
)


class Measure:
    """Counts each request by route, how long it took, and what it asked of the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        asked, spent, begun = 0, 0.0, perf_counter()

        def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            nonlocal asked, spent
            before = perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                asked += 1
                spent += perf_counter() - before

        with connection.execute_wrapper(watch):
            response = self.get_response(request)
        match = request.resolver_match
        route = match.route if match is not None else ""
        method = request.method if request.method in METHODS else "other"
        requests.labels(method, route, response.status_code).inc()
        latency.labels(route).observe(perf_counter() - begun)
        queries.inc(asked)
        query_time.observe(spent)
        return response


class RoomsCollector(Collector):
    """The numbers that the rooms declare, read when they are asked for."""

    def collect(self) -> Iterator[Metric]:
        """One family for each declaration."""
        for declared in rooms.metrics():
            make = CounterMetricFamily if declared.kind == "counter" else GaugeMetricFamily
            family = make(declared.name, declared.words, labels=declared.labels)
            for labels, value in declared.read():
                family.add_metric([labels[name] for name in declared.labels], value)
            yield family


def text() -> bytes:
    """Everything in Prometheus' text format, over all processes of this server."""
    registry = CollectorRegistry()
    registry.register(RoomsCollector())
    if os.environ.get(FOLDER):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(REGISTRY) + generate_latest(registry)
