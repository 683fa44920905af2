"""Judges in workers: interpreters that are asked in batches, and may die, hang or answer nonsense."""

from __future__ import annotations

from ..processes.thread_pool import each
from .judgement import Judgement, hidden, judged, read
from .verdicts import verdicts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..model import Source
    from ..processes.worker import Answer
    from ..sources.readable import Readable
    from .judgement import Inquiry
    from .workers import Workers

    Batch = list[tuple[Readable, Source]]

BATCH_BYTES = 256 * 1024
BATCH_SOURCES = 64


class InWorkers:
    """The engine for many files, for other interpreters, and for what forked copies leave.

    Some of its `workers` are up; it ends them.
    """

    def __init__(self, inquiry: Inquiry, workers: Workers, jobs: int) -> None:
        self._inquiry = inquiry
        self._workers = workers
        self._jobs = jobs

    def judge(self, files: Sequence[Readable]) -> Iterator[Judgement]:
        """Yield a judgement of each of `files`, as the workers answer."""
        unreadable: list[Judgement] = []
        try:
            # A worker has its next batch before the answers to this one are read.
            for batch, answers in each(self._ask, self._batches(files, unreadable), self._jobs):
                yield from self._judgements(batch, answers)
            yield from unreadable
        finally:
            self._workers.close()

    def _batches(self, files: Sequence[Readable], unreadable: list[Judgement]) -> Iterator[Batch]:
        batch: Batch = []
        size = 0
        for file in files:
            source = read(file, self._inquiry)
            if isinstance(source, Judgement):
                unreadable.append(source)
                continue
            batch.append((file, source))
            size += len(source.data)
            if size >= BATCH_BYTES or len(batch) >= BATCH_SOURCES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _ask(self, batch: Batch) -> tuple[Batch, list[list[Answer]]]:
        sources = [source for _, source in batch]
        return batch, [self._workers.ask(place, sources) for place in range(len(self._inquiry.requests))]

    def _judgements(self, batch: Batch, answers: Sequence[Sequence[Answer]]) -> Iterator[Judgement]:
        pythons = [request.python for request in self._inquiry.requests]
        for (file, source), of_source in zip(batch, zip(*answers, strict=True), strict=True):
            by_python = dict(zip(pythons, of_source, strict=True))
            said = verdicts(by_python, source.data, hidden(source.data), self._inquiry.targets)
            yield judged(file, source, said, self._inquiry)
