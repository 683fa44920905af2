"""Whole processes, timed from outside and in turn.

A machine's speed drifts, so what is to be compared runs side by side: each round runs every command once, every other
round in reverse, and a ratio is the median of the ratios of the rounds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


most_rounds = 1000
"""How often anything is timed at most, for a quick look."""
by_cpu = False
"""Whether CPU time is taken in place of wall time: the sum over the processes of a command, which a machine that others
use, too, changes much less."""


class Command(NamedTuple):
    """A process to be timed."""

    name: str
    words: Sequence[str]
    folder: Path
    """Where it runs."""
    environment: dict[str, str]
    prepare: Callable[[], object] = lambda: None
    """What happens before each run, untimed: a cache is emptied, a tree is cloned."""
    rounds: int = 1000
    """The most rounds that it takes part in, for what is slow."""
    input: bytes = b""
    """What it reads from standard input."""


class Timing(NamedTuple):
    """What the rounds of one command came to."""

    seconds: list[float]
    """Wall time, or CPU time (see `by_cpu`), of each round."""
    peak: int
    """Bytes of memory of the largest single process that was ever part of it."""

    @property
    def median(self) -> float:
        return median(self.seconds)

    def ratio(self, other: Timing) -> float:
        """How many times as long as `other` it takes: the median over the rounds that both ran."""
        return median(mine / theirs for mine, theirs in zip(self.seconds, other.seconds, strict=False))

    def excess(self, other: Timing) -> float:
        """How many seconds longer than `other` it takes, likewise."""
        return median(mine - theirs for mine, theirs in zip(self.seconds, other.seconds, strict=False))


def in_turn(commands: Sequence[Command], rounds: int) -> dict[str, Timing]:
    """Run each of `commands` once for warmth, then `rounds` times in turn. Returns the timings by name.

    Ends with a message where a command fails: what did not do its work is not timed.
    """
    rounds = min(rounds, most_rounds)
    seconds: dict[str, list[float]] = {command.name: [] for command in commands}
    peaks = dict.fromkeys(seconds, 0)
    for number in range(rounds + 1):
        for command in commands if number % 2 else reversed(commands):
            if number > command.rounds:
                continue
            taken, peak = run(command)
            if number:
                seconds[command.name].append(taken)
            peaks[command.name] = max(peak, peaks[command.name])
    for name, taken in seconds.items() if rounds else ():  # without rounds, it ran for what it leaves behind
        print(f"    {name:<42} {median(taken):9.4f} s   {min(taken):.4f} to {max(taken):.4f}", flush=True)
    return {name: Timing(seconds[name], peaks[name]) for name in seconds}


def run(command: Command) -> tuple[float, int]:
    """Seconds that `command` takes, and the bytes of its largest process."""
    command.prepare()
    with TemporaryFile() as given:
        given.write(command.input)
        given.seek(0)
        started = perf_counter()
        process = subprocess.Popen(
            command.words, cwd=command.folder, env=command.environment,
            stdin=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
    if process.stderr is None:
        raise AssertionError("it is a pipe")
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = usage.ru_utime + usage.ru_stime if by_cpu else perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        sys.exit(
            f"{command.name}: {' '.join(command.words)[:500]}\n  exit status {process.returncode}: {said[-2000:]!r}"
        )
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
