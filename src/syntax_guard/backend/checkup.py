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
from typing import Any, cast

from .answers import Answer, Raised, answer_of
from .check import Check, Fault, Reading
from .redact import for_log

log = logging.getLogger("syntax_guard.backend")


CUT_OFF = 0.75
"""The part of its deadline that a check gets. In the rest of it, hundreds of replies are sent."""
PATIENCE = 0.25
"""The part of its deadline that callers wait for a check which has just failed, before they are told so again."""


class Gate:
    """Whether the startup gate of a checkup has let the application through, in this process."""

    def __init__(self) -> None:
        self.passed = False


class Checkup:
    """Checks that are asked together.

    ``memory`` is how long, in seconds, a reading answers further requests: with it, a burst of probes costs one run of
    each check. Readings go to ``listeners`` too, once each. Raises `ValueError` where there is no check, or two of
    one name.
    """

    def __init__(self, *checks: Check, memory: float = 1.0) -> None:
        if not checks:
            raise ValueError("a checkup needs at least one check, or every gate is open: Checkup(database(engine))")
        names = [check.name for check in checks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two checks have the same name: {', '.join(twice)}")
        self.checks = checks
        self.secrets = frozenset[str]().union(*(check.secrets for check in checks))
        self.listeners: list[Callable[[Reading], None]] = [_Journal()]
        self.gate: Gate | None = None
        """The startup gate that these checks guard, once ``guarded_lifespan`` has made one."""
        self.probes: dict[str, list[Callable[..., Any]]] = {}
        """Names of the routes that answer for these checks, with their endpoints."""
        self._rounds: dict[tuple[Check, ...], asyncio.Task[tuple[Reading, ...]]] = {}
        self._flights = {check: _Flight(check, memory, self._tell) for check in checks}

    async def readings(self, checks: Sequence[Check] | None = None) -> tuple[Reading, ...]:
        """Ask the checks, all at once.

        Args:
            checks: Some of this checkup's; None for all.

        Returns:
            One reading of each check, in their order, within the longest of their deadlines.
        """
        chosen = self.checks if checks is None else tuple(checks)
        known = [self._flights[check].known() for check in chosen]
        if all(known):
            return tuple(reading for reading in known if reading)
        # One round for all requests that come meanwhile: hundreds of them take long if each one asks each check.
        together = self._rounds.get(chosen)
        if together is None or together.done() or together.get_loop() is not asyncio.get_running_loop():
            together = self._rounds[chosen] = asyncio.create_task(self._round(chosen), name="checkup")
        return await asyncio.shield(together)  # a client that goes away must not end it for the others

    async def _round(self, checks: tuple[Check, ...]) -> tuple[Reading, ...]:
        return tuple(await asyncio.gather(*(self._flights[check].reading() for check in checks)))

    def _tell(self, reading: Reading) -> None:
        for listener in self.listeners:
            try:
                listener(reading)
            except Exception:  # a full disk under the metrics is no fault of the database
                log.exception("a listener failed at what %s said", reading.check.name)


class _Flight:
    """Single flight for one check: callers that ask while it runs share its answer.

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
        self._work: Future[object] | asyncio.Future[object] | None = None
        self._began = 0.0

    def known(self) -> Reading | None:
        """The last reading, while it is remembered."""
        return self._reading if time.monotonic() - self._read_at < self._memory else None

    async def reading(self) -> Reading:
        known = self.known()
        if known is not None:
            return known
        flight = self._flight
        if flight is None or flight.done() or flight.get_loop() is not asyncio.get_running_loop():
            flight = self._flight = asyncio.create_task(self._fly(), name=f"check {self._check.name}")
        fault = self._fresh_fault()
        if fault is not None:
            await asyncio.wait({flight}, timeout=self._check.deadline * PATIENCE)
            if not flight.done():
                return fault
        return await asyncio.shield(flight)  # a client that goes away must not end it for the others

    def _fresh_fault(self) -> Reading | None:
        """The last reading, if it is a fault that the run before this one found."""
        last = self._reading
        if last is None or last.healthy or time.monotonic() - self._read_at > self._memory + self._check.deadline:
            return None
        return last

    async def _fly(self) -> Reading:
        answer = await self._ask()
        reading = Reading(
            self._check, datetime.now(timezone.utc), time.monotonic() - self._began, answer.faults, answer.counts
        )
        self._reading, self._read_at = reading, time.monotonic()
        self._tell(reading)
        return reading

    async def _ask(self) -> Answer:
        if self._work is not None and not self._work.done():
            return self._too_late()
        self._began = time.monotonic()
        try:
            self._work = _start(self._check)
        except RuntimeError as error:  # no further thread can be started
            return answer_of(Raised(error))
        while True:
            waiting = asyncio.wrap_future(self._work)
            left = self._check.deadline * CUT_OFF - (time.monotonic() - self._began)
            await asyncio.wait({waiting}, timeout=max(left, 0))
            if not waiting.done():
                self._work.cancel()
                return self._too_late()
            if waiting.cancelled():
                return Answer((Fault("CancelledError", "the check was cancelled", may_pass=True),), {})
            value = waiting.result()
            if not inspect.isawaitable(value):
                return answer_of(value)
            self._work = asyncio.create_task(_outcome(value))  # a plain function that returns something to await

    def _too_late(self) -> Answer:
        waited = time.monotonic() - self._began
        try:
            better = self._check.overdue() if self._check.overdue else None
        except Exception:
            log.exception("the check %s does not know why it is late", self._check.name)
            better = None
        return Answer((better or Fault("TimeoutError", f"no answer for {waited:.1f} s", may_pass=True),), {})


def _start(check: Check) -> Future[object] | asyncio.Future[object]:
    ask = check.ask
    if inspect.iscoroutinefunction(ask) or inspect.iscoroutinefunction(getattr(ask, "__call__", None)):  # noqa: B004
        return asyncio.create_task(_outcome(cast("Awaitable[object]", ask())))
    future: Future[object] = Future()
    future.set_running_or_notify_cancel()  # a thread cannot be cancelled: cancel() must not claim that it was
    # A thread of its own, not the server's pool: a check that hangs must not take a place that requests need. Daemon,
    # so that it does not keep the process from ending either.
    threading.Thread(
        target=_answer_in_thread, args=(ask, future), name=f"syntax-guard check {check.name}", daemon=True
    ).start()
    return future


async def _outcome(awaited: Awaitable[object]) -> object:
    """Await, and return the result. What ends a process is raised, and so is a cancellation."""
    try:
        return await awaited
    except (KeyboardInterrupt, SystemExit, asyncio.CancelledError):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever else a check raises is its answer
        return Raised(error)


def _answer_in_thread(ask: Callable[[], object], future: Future[object]) -> None:
    try:
        value = ask()
    except BaseException as error:  # noqa: BLE001 - likewise; nothing is above this frame to hear of it
        value = Raised(error)
    future.set_result(value)


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
            log.warning("check %s passes again", name)  # servers show warnings without being asked to
        for fault in reading.faults:
            where = f" ({fault.component})" if fault.component else ""
            log.warning("check %s fails%s: %s: %s", name, where, fault.error, for_log(fault.message))
