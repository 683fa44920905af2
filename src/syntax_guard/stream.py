"""Sources that come one after the other, and what is said of each, in the same order: for corpora."""

from __future__ import annotations

import os
from collections import deque

from .findings.diagnose import diagnose
from .findings.newest import NewestPython
from .findings.tally import Tally
from .judging.judgement import Inquiry, Limits, hidden, judged, may_hold, requests
from .judging.verdicts import verdicts
from .judging.workers import Workers
from .model import VALID, Record, Source
from .processes.in_order import AHEAD, InOrder
from .processes.resources import available
from .run import Run
from .sources.file_types import is_notebook
from .sources.in_memory import Held, held
from .sources.selection import Selection
from .targets.rules import hears_scripts
from .targets.same_for_all import same_for_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, TypeAlias

    from .config.settings import Settings
    from .judging.judgement import Judgement
    from .model import Diagnostic, Outcome
    from .processes.worker import Answer

    Buffer: TypeAlias = "bytes | bytearray | memoryview"
    Batch: TypeAlias = "tuple[Sequence[Held], Any]"

BATCH_BYTES = 256 * 1024
"""Bytes of sources that a worker is sent at once."""
BATCH_SOURCES = 256


class SourceResult(Record):
    """What is said of one of many sources."""

    name: str
    verdict: Outcome
    """``broken`` if one of the targets refuses it, else ``undecided`` if one gave no answer, else ``valid``."""
    by_target: tuple[tuple[str, Outcome], ...]
    """The verdict of each target, by its version: ``("3.12", "valid")``."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """The findings, as `check_source` gives them, except that no other Python is asked for a hint."""


class Stream:
    """Batches of sources are `put` in, and their results are got in the same order. `close` it when done.

    Each of the processes that judge is started once and kept. One thread may put while another gets. Where a process of
    a batch dies or hangs, that costs one source its verdict. Raises `TargetError` for a target in `settings` without
    an interpreter.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rules = same_for_all(settings)
        self._newest = NewestPython()
        self._expects_broken = bool(settings.expected_broken)
        self._hears_scripts = hears_scripts(settings)
        of_all = self._rules.of(Held("", b""))
        self._has_percent_scripts = bool(of_all.percent_scripts)
        targets = of_all.asked.targets
        self._all_valid = tuple((target.label, VALID.outcome) for target in targets)
        limits = Limits(settings.jobs, settings.time_limit, settings.memory_limit << 20)
        self._inquiry = Inquiry(targets, requests(targets), limits)
        self._workers = Workers(self._inquiry)
        self._workers.start(0)  # here, since threads that come at once would make a pool each
        self.jobs = settings.jobs or available()
        self._calls: InOrder[Batch, tuple[Batch, list[list[Answer]]]] = InOrder(self._ask, self.jobs)
        self._process = os.getpid()

    def put(self, batch: Sequence[Held], label: Any = None) -> None:
        """Have `batch` judged, which `get` returns with its `label`. Waits while too many wait to be got."""
        self._calls.put((batch, label))

    def end(self, error: BaseException | None = None) -> None:
        """Say that no more is put in; `get` raises `error` after the last, if there is one."""
        self._calls.end(error)

    def get(self) -> tuple[list[SourceResult], Any] | None:
        """Return the results of the next batch as soon as they are there; None after the last.

        Raises `ResourcesError` where the system has too little left to judge with.
        """
        done = self._calls.get()
        if done is None:
            return None
        (batch, label), answers = done
        pythons = [request.python for request in self._inquiry.requests]
        each = zip(*answers, strict=True)
        return [self._result(file, pythons, said) for file, said in zip(batch, each, strict=True)], label

    def close(self) -> None:
        """End every process and thread that this started. A forked copy of this process ends none of them."""
        if os.getpid() == self._process:
            self._calls.close()
            self._workers.close()

    def _ask(self, batch: Batch) -> tuple[Batch, list[list[Answer]]]:
        sources = [Source(file.path, b"" if self._is_apart(file) else file.data) for file in batch[0]]
        places = range(len(self._inquiry.requests))
        return batch, [self._workers.ask(place, sources) if sources else [] for place in places]

    def _result(self, file: Held, pythons: Sequence[str | None], said: Sequence[Answer]) -> SourceResult:
        if self._is_apart(file):
            return self._apart(file)
        data = file.data
        if not self._expects_broken and not any(said) and data.isascii():  # nearly all
            return SourceResult(file.path, "valid", self._all_valid)
        source = Source(file.path, data)
        all_said = verdicts(dict(zip(pythons, said, strict=True)), data, hidden(data), self._inquiry.targets)
        judgement = judged(file, source, all_said, self._inquiry)
        by_target = [(target.label, said.outcome) for target, said in zip(judgement.targets, all_said, strict=True)]
        outcomes = [outcome for _, outcome in by_target]
        worst = _worst(outcomes.count("broken"), outcomes.count("undecided"))
        if self._expects_broken:
            tally = Tally()
            tally.add(judgement, self._rules.of(file))
            return SourceResult(file.path, worst, tuple(by_target), tally.found)
        found = diagnose(judgement, judgement.targets, self._settings.warnings, self._newest)
        return SourceResult(file.path, worst, tuple(by_target), tuple(sorted(found, key=_place)))

    def _is_apart(self, file: Held) -> bool:
        """Whether `file` is more than one source, or says itself which Pythons it is for."""
        if self._has_percent_scripts and self._rules.of(file).is_percent_script(file.path):
            return True
        return is_notebook(file) or (self._hears_scripts and may_hold(file.data))

    def _apart(self, file: Held) -> SourceResult:
        asked: dict[str, list[Outcome]] = {}

        def follow(judgements: Iterable[Judgement], _most: int) -> Iterator[Judgement]:
            for one in judgements:
                for target, said in zip(one.targets, one.verdicts, strict=True):
                    asked.setdefault(target.label, []).append(said.outcome)
                yield one

        selection = Selection()
        selection.files.append(file)
        result = Run(self._settings, self._rules, follow).judge(selection)
        worst = _worst(result.summary.broken, result.summary.undecided)
        by_target = [(label, _worst(said.count("broken"), said.count("undecided"))) for label, said in asked.items()]
        return SourceResult(file.path, worst, tuple(by_target) or self._all_valid, result.diagnostics)


def results(stream: Stream, sources: Iterable[tuple[str, Buffer]]) -> Iterator[SourceResult]:
    """The results of `sources`, in order; `stream` is closed at the end, and when this iterator is.

    Raises:
        TypeError: One of `sources` is no pair of a name and bytes.
        ResourcesError: The system has no process, descriptor or memory left.
    """
    waiting: deque[int] = deque()
    try:
        for batch in batches(_held(sources)):
            if len(waiting) == stream.jobs * AHEAD:
                yield from _next(stream)
                waiting.popleft()
            stream.put(batch)
            waiting.append(len(batch))
        for _ in waiting:
            yield from _next(stream)
    finally:
        stream.close()


def batches(files: Iterable[Held]) -> Iterator[list[Held]]:
    """`files`, as many at a time as a worker is sent at once; no more are taken than the next batch has."""
    batch: list[Held] = []
    size = 0
    for file in files:
        batch.append(file)
        size += len(file.data)
        if size >= BATCH_BYTES or len(batch) == BATCH_SOURCES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _worst(broken: int, undecided: int) -> Outcome:
    return "broken" if broken else "undecided" if undecided else "valid"


def _next(stream: Stream) -> list[SourceResult]:
    got = stream.get()
    return got[0] if got else []


def _held(sources: Iterable[tuple[str, Buffer]]) -> Iterator[Held]:
    for pair in sources:
        try:
            name, data = pair
        except (TypeError, ValueError):
            raise TypeError(f"a source is a pair of a name and bytes, not {type(pair).__name__}") from None
        yield held(name, data)


def _place(one: Diagnostic) -> tuple[int, int, str]:
    return (one.line or 0, one.column or 0, one.code)
