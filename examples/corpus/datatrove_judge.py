"""A filter for datatrove that keeps what the Python that runs it accepts.

It needs ``pip install datatrove orjson pyarrow regex``. ``python datatrove_judge.py CORPUS KEPT`` reads Parquet with
the columns `path` and `content` (text), and writes what is kept.
"""

from __future__ import annotations

import sys

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.filters.base_filter import BaseFilter
from datatrove.pipeline.readers import ParquetReader
from datatrove.pipeline.writers import ParquetWriter

from syntax_guard import Settings, check_sources


class Compiles(BaseFilter):
    """Drops the documents that a target refuses, or cannot answer for; the reason is the verdict."""

    name = "syntax-guard"

    def __init__(self, settings: Settings | None = None, exclusion_writer: object = None) -> None:
        super().__init__(exclusion_writer, batch_size=1000)
        self.settings = settings or Settings(jobs=1)

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Document]) -> list[bool | tuple[bool, str]]:
        sources = ((doc.id, doc.text.encode("utf-8", "surrogatepass")) for doc in batch)
        verdicts = [result.verdict for result in check_sources(sources, self.settings)]
        return [True if verdict == "valid" else (False, verdict) for verdict in verdicts]


if __name__ == "__main__":
    corpus, kept = sys.argv[1:]
    LocalPipelineExecutor([
        ParquetReader(corpus, text_key="content", id_key="path"),
        Compiles(),
        ParquetWriter(kept),
    ]).run()  # fmt: skip
