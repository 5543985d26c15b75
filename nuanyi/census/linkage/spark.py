"""The same linkage on Splink's Spark backend, for what one machine cannot hold. Needs ``pyspark`` and Java.

Everything but the comparison of pairs is what it is on one machine: keys, learned parameters, Splink's settings and
the decision. What leaves memory is sealed: Spark writes shuffles and spills to disk and sends them between machines,
so a session without encryption of both is refused.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nuanyi.lib.env import BadSetting

#: Where Spark is: ``local[2]``, ``spark://host:7077``, ``yarn``. Empty: DuckDB on this machine.
SWITCH = "NUANYI_LINKAGE_SPARK"

#: Clear values stand in what Spark writes and sends: sealed with keys that live as long as the session.
SEALED = {
    "spark.io.encryption.enabled": "true",
    "spark.io.encryption.keySizeBits": "256",
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
}


def wanted() -> str:
    """Spark's address where the switch is on, else nothing."""
    return os.environ.get(SWITCH, "").strip()


@contextmanager
def session(master: str) -> Iterator[Any]:
    """A Spark session for one linkage, sealed. Raises BadSetting where Spark or Java is missing."""
    try:
        from pyspark.sql import SparkSession
        from splink.internals.spark.jar_location import similarity_jar_location
    except ImportError as missing:
        raise BadSetting(
            f"{SWITCH} is set, and pyspark is not installed: pip install 'pyspark>=4,<5'"
        ) from missing
    builder = SparkSession.builder.master(master).appName("nuanyi-linkage")
    for key, value in SEALED.items():
        builder = builder.config(key, value)
    builder = (
        builder.config("spark.authenticate.secret", secrets.token_hex(32))
        .config("spark.jars", similarity_jar_location())
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(4 * (os.cpu_count() or 1)))
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
    )
    try:
        made = builder.getOrCreate()
    except Exception as wrong:  # the Java side fails in many ways; each means that Spark cannot be used
        raise BadSetting(f"{SWITCH}={master}: Spark does not start ({str(wrong)[:200]})") from wrong
    made.sparkContext.setLogLevel("ERROR")
    try:
        check_sealed(made)
        yield made
    finally:
        made.stop()


def check_sealed(spark: Any) -> None:
    """Raise BadSetting where the session would write or send clear values."""
    told = dict(spark.sparkContext.getConf().getAll())
    open_ones = [key for key, value in SEALED.items() if told.get(key) != value]
    if open_ones:
        raise BadSetting(f"Spark would write names in clear: set {', '.join(open_ones)}")


def predicted(
    spark: Any,
    entries: Any,
    frequencies: Any,
    settings: Mapping[str, Any],
    wanted_of: Callable[[Collection[str]], list[str]],
    least: float,
) -> dict[str, Any]:
    """Pairs from ``least`` on as columns of numbers, by Splink on Spark.

    ``entries`` and ``frequencies`` are Arrow tables; ``wanted_of`` gives the SQL of what is wanted of each pair.
    """
    from splink import Linker
    from splink.backends.spark import SparkAPI

    check_sealed(spark)
    # kept in memory between the steps: Splink's other way writes parquet files, which nothing seals
    api = SparkAPI(spark_session=spark, break_lineage_method="persist")  # type: ignore[no-untyped-call]
    linker = Linker(api.register(spark.createDataFrame(entries)), dict(settings), log_level=logging.ERROR)
    lookup = api.register(spark.createDataFrame(frequencies))
    linker.table_management.register_term_frequency_lookup(lookup, "name")
    found = linker.inference.predict(threshold_match_probability=least).as_spark_dataframe()
    table = found.selectExpr(*wanted_of(found.columns)).toArrow()
    return {name: table.column(name).to_numpy() for name in table.column_names}
