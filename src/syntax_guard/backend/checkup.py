"""Run checks: each at most once at a time, cut off at its deadline, its reading shared for a moment."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from datetime import datetime, timezone
from typing import NamedTuple, cast

from .check import Check, Counts, Fault, Reading, faults_of
from .redact import without_passwords

log = logging.getLogger("syntax_guard.backend")


class _Answer(NamedTuple):
    faults: tuple[Fault, ...]
    counts: Counts


class Checkup:
    """Checks that are asked together.

    ``memory`` is how long, in seconds, a reading answers further requests: with it, a burst of probes costs one run of
    each check. Readings go to ``listeners`` too, once each.
    """

    def __init__(self, *checks: Check, memory: float = 1.0) -> None:
        names = [check.name for check in checks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two checks have the same name: {', '.join(twice)}")
        self.checks = checks
        self.secrets = frozenset[str]().union(*(check.secrets for check in checks))
        self.listeners: list[Callable[[Reading], None]] = [_Journal()]
        self._flights = {check: _Flight(check, memory, self._tell) for check in checks}

    async def readings(self, checks: Sequence[Check] | None = None) -> tuple[Reading, ...]:
        """One reading of each check, all asked at once; returns within the longest of their deadlines."""
        chosen = self.checks if checks is None else checks
        return tuple(await asyncio.gather(*(self._flights[check].reading() for check in chosen)))

    def _tell(self, reading: Reading) -> None:
        for listener in self.listeners:
            try:
                listener(reading)
            except Exception:  # a full disk under the metrics does not make the database ill
                log.exception("a listener failed at what %s said", reading.check.name)


class _Flight:
    """Single flight for one check: whoever asks while it runs shares its answer.

    A run that is past its deadline is cancelled where that is possible. Until it has really ended no other is started,
    so that something that hangs holds one thread or one task and never a second.
    """

    def __init__(self, check: Check, memory: float, tell: Callable[[Reading], None]) -> None:
        self._check = check
        self._memory = memory
        self._tell = tell
        self._reading: Reading | None = None
        self._read_at = 0.0
        self._flight: asyncio.Task[Reading] | None = None
        self._work: Future[_Answer] | asyncio.Task[_Answer] | None = None
        self._began = 0.0

    async def reading(self) -> Reading:
        if self._reading is not None and time.monotonic() - self._read_at < self._memory:
            return self._reading
        flight = self._flight
        if flight is None or flight.done() or flight.get_loop() is not asyncio.get_running_loop():
            flight = self._flight = asyncio.create_task(self._fly(), name=f"check {self._check.name}")
        return await asyncio.shield(flight)  # a client that goes away must not end it for the others

    async def _fly(self) -> Reading:
        answer = await self._ask()
        reading = Reading(
            self._check, datetime.now(timezone.utc), time.monotonic() - self._began, answer.faults, answer.counts
        )
        self._reading, self._read_at = reading, time.monotonic()
        self._tell(reading)
        return reading

    async def _ask(self) -> _Answer:
        if self._work is not None and not self._work.done():
            return self._too_late()
        self._began = time.monotonic()
        try:
            self._work = _start(self._check)
        except RuntimeError as error:  # no further thread can be started
            return _Answer(faults_of(error), {})
        waiting = asyncio.wrap_future(self._work) if isinstance(self._work, Future) else self._work
        await asyncio.wait({waiting}, timeout=self._check.deadline)
        if not waiting.done():
            self._work.cancel()
            return self._too_late()
        if waiting.cancelled():
            return _Answer((Fault("CancelledError", "the check was cancelled", may_pass=True),), {})
        return waiting.result()

    def _too_late(self) -> _Answer:
        better = self._check.overdue() if self._check.overdue else None
        waited = time.monotonic() - self._began
        return _Answer((better or Fault("TimeoutError", f"no answer for {waited:.1f} s", may_pass=True),), {})


def _start(check: Check) -> Future[_Answer] | asyncio.Task[_Answer]:
    ask = check.ask
    if inspect.iscoroutinefunction(ask) or inspect.iscoroutinefunction(getattr(ask, "__call__", None)):  # noqa: B004
        return asyncio.create_task(_answer_of_task(cast("Callable[[], Awaitable[Counts | None]]", ask)))
    future: Future[_Answer] = Future()
    future.set_running_or_notify_cancel()  # a thread cannot be cancelled: cancel() must not pretend so
    # A thread of its own, not the server's pool: a check that hangs must not take a place that requests need. Daemon,
    # so that it does not keep the process from ending either.
    threading.Thread(
        target=_answer_in_thread,
        args=(cast("Callable[[], Counts | None]", ask), future),
        name=f"syntax-guard check {check.name}",
        daemon=True,
    ).start()
    return future


async def _answer_of_task(ask: Callable[[], Awaitable[Counts | None]]) -> _Answer:
    try:
        return _Answer((), await ask() or {})
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a check raises is its answer
        return _Answer(faults_of(error), {**getattr(error, "counts", {})})


def _answer_in_thread(ask: Callable[[], Counts | None], future: Future[_Answer]) -> None:
    try:
        answer = _Answer((), ask() or {})
    except BaseException as error:  # noqa: BLE001 - likewise; nothing is above this frame to hear of it
        answer = _Answer(faults_of(error), {**getattr(error, "counts", {})})
    future.set_result(answer)


class _Journal:
    """Writes a check's details to the log when they change, not with every probe."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[str, str | None], ...]] = {}

    def __call__(self, reading: Reading) -> None:
        name = reading.check.name
        seen = tuple((fault.error, fault.component) for fault in reading.faults)
        if self._known.get(name, ()) == seen:
            return
        self._known[name] = seen
        if reading.healthy:
            log.info("check %s passes again", name)
        for fault in reading.faults:
            where = f" ({fault.component})" if fault.component else ""
            log.warning("check %s fails%s: %s: %s", name, where, fault.error, without_passwords(fault.message))
