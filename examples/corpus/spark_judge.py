"""Judges a corpus in Parquet with Spark: ``spark-submit spark_judge.py CORPUS VERDICTS``.

CORPUS has the columns `path` and `content` (text or bytes). Each task starts one process that compiles.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pandas as pd
from pyspark.sql import SparkSession

from syntax_guard import Settings, check_sources


def judge(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """The verdicts on the sources in `frames`, in their order."""

    def sources() -> Iterator[tuple[str, bytes]]:
        for frame in frames:
            for path, content in zip(frame["path"], frame["content"], strict=True):
                yield path, content.encode() if isinstance(content, str) else bytes(content)

    rows: list[tuple[str, str]] = []
    for result in check_sources(sources(), Settings(jobs=1)):
        rows.append((result.name, result.verdict))
        if len(rows) == 1000:
            yield pd.DataFrame(rows, columns=["path", "verdict"])
            rows = []
    yield pd.DataFrame(rows, columns=["path", "verdict"])


if __name__ == "__main__":
    corpus, verdicts = sys.argv[1:]
    spark = SparkSession.builder.appName("syntax-guard").getOrCreate()
    judged = spark.read.parquet(corpus).select("path", "content").mapInPandas(judge, "path string, verdict string")
    judged.write.mode("overwrite").parquet(verdicts)
    spark.read.parquet(verdicts).groupBy("verdict").count().orderBy("verdict").show()
