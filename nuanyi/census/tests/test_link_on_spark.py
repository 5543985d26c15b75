"""The switch to Spark: the same answer as on one machine, and nothing in clear on its disks."""

from __future__ import annotations

import importlib.util
import shutil
from typing import Any

import numpy as np
import pytest

from bench.rosters import Mess, district
from nuanyi.census.linkage import engine, spark
from nuanyi.census.linkage.entries import prepared
from nuanyi.lib.env import BadSetting

HAS_SPARK = importlib.util.find_spec("pyspark") is not None
needs_spark = pytest.mark.skipif(
    not (HAS_SPARK and shutil.which("java")),
    reason="pyspark or Java is not installed: pip install 'pyspark>=4,<5', Java 17",
)


class Session:
    """As much of a Spark session as says how it was set."""

    def __init__(self, told: dict[str, str]) -> None:
        self.told = told
        self.sparkContext = self

    def getConf(self) -> Session:
        return self

    def getAll(self) -> list[tuple[str, str]]:
        return list(self.told.items())


def test_a_session_that_writes_in_clear_is_refused() -> None:
    spark.check_sealed(Session(dict(spark.SEALED)))
    for key in spark.SEALED:
        with pytest.raises(BadSetting, match=key):
            spark.check_sealed(Session(spark.SEALED | {key: "false"}))


@pytest.mark.skipif(HAS_SPARK, reason="pyspark is installed")
def test_the_switch_without_spark_says_what_to_install(monkeypatch: Any) -> None:
    entries, _truth = district(30, Mess(), seed=2)
    monkeypatch.setenv(spark.SWITCH, "local[2]")
    with pytest.raises(BadSetting, match="pip install"):
        engine.link(prepared(entries))


@needs_spark
def test_spark_gives_the_same_answer(monkeypatch: Any) -> None:
    entries, _truth = district(400, Mess(), seed=5)
    columns = prepared(entries)
    here = engine.link(columns)
    monkeypatch.setenv(spark.SWITCH, "local[2]")
    there = engine.link(columns)
    assert list(there.clusters) == list(here.clusters)
    assert [(p.left, p.right) for p in there.review] == [(p.left, p.right) for p in here.review]
    assert here.scored is not None and there.scored is not None
    assert np.allclose(here.scored.probability, there.scored.probability, atol=1e-9)
