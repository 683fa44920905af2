"""Which engine judges: this process for a few files, forked copies of it for a tree, workers for the rest."""

from __future__ import annotations

from .in_process import InProcess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..sources.readable import Readable
    from .judgement import Engine, Inquiry, Judgement

COPY_BYTES = 64 * 1024
"""Bytes of files from which on two forked copies are faster than this process alone, and that are worth one more."""
WORTH_WORKERS = 512 * 1024
"""Bytes of sources, times the interpreters that are asked, from which on workers are faster."""
WORKER_BYTES = 256 * 1024
"""Bytes of files that are worth one more worker."""


def judge(files: Sequence[Readable], inquiry: Inquiry) -> Iterator[Judgement]:
    """Yield what the targets of `inquiry` say of each of `files`, in no particular order.

    Whatever happens to a file, an interpreter or a worker, each file gets its judgement. Closing the iterator ends
    every process that was started.
    """
    files = sorted(files, key=lambda file: file.size, reverse=True)  # so that no process idles at the end
    yield from _engine(files, inquiry).judge(files)


def _engine(files: Sequence[Readable], inquiry: Inquiry) -> Engine:
    if len(files) > 1 and _size(files) > COPY_BYTES:
        from .prefilter import InCopies, can_prefilter

        jobs = _jobs(files, inquiry, COPY_BYTES)
        if jobs > 1 and can_prefilter(inquiry):
            return InCopies(inquiry, jobs, lambda left: _without_copies(left, inquiry))
    return _without_copies(files, inquiry)


def _without_copies(files: Sequence[Readable], inquiry: Inquiry) -> Engine:
    if len(files) > 1 and _size(files) * len(inquiry.requests) > WORTH_WORKERS:
        jobs = _jobs(files, inquiry, WORKER_BYTES)
        if jobs > 1:
            from .in_workers import InWorkers
            from .workers import Workers

            workers = Workers(inquiry)
            if workers.start(jobs):
                return InWorkers(inquiry, workers, jobs)
            workers.close()
    return InProcess(inquiry)


def _size(files: Sequence[Readable]) -> int:
    return sum(file.size for file in files)


def _jobs(files: Sequence[Readable], inquiry: Inquiry, least: int) -> int:
    """How many processes are to judge `files`, each of them at `least` so many bytes."""
    from ..processes.resources import available  # a few files do not ask

    return min(inquiry.limits.jobs or available(), _size(files) // least + 1)
