"""Fuzzing for as long as you like, from the top of the repository:

    python -m tests.fuzz sources [COUNT] [SEED]       check_source against compile, a million sources by default
    python -m tests.fuzz {frames,settings,renderers} [OPTION …]     coverage-guided; options are libFuzzer's

The second kind needs ``pip install atheris`` (CPython up to 3.13) and runs for a minute if no option says otherwise.
It starts from tests/fuzz/corpus, which stays small: what reaches new code is kept by hand.
"""

from __future__ import annotations

import mmap
import os
import random
import signal
import struct
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from . import sources

CORPUS = Path(__file__).parent / "corpus"
SOURCE_SECONDS = 120
"""Longer than check_source may take for one source; then its process is ended."""


def fuzz_sources(count: int = 1_000_000, seed: int = 1) -> int:
    """Compare check_source with compile on `count` sources; print what differs and return the exit code.

    This happens in a child of this process. A source that brings down `compile` there costs that child; the next one
    goes on with it, and sees what check_source says of it.
    """
    from .oracle import disagreement, undeterred  # late: atheris has to see the first import of what it watches

    os.environ.clear()  # else a newer Python is found, and starts for each source that looks new, to confirm its hint
    progress = struct.Struct("QQ?")  # the source in hand, how many were wrong, whether compile died of the first
    shared = mmap.mmap(-1, progress.size)
    make = _Sources(seed)
    started = time.monotonic()
    number, wrong, deadly = 1, 0, False
    while number <= count:
        progress.pack_into(shared, 0, number, wrong, deadly)
        child = os.fork()
        if not child:
            for each in range(number, count + 1):
                progress.pack_into(shared, 0, each, wrong, deadly)
                signal.alarm(SOURCE_SECONDS)
                complaint = (undeterred if deadly else disagreement)(make(each))
                deadly = False
                if complaint:
                    wrong += 1
                    sys.stdout.write(f"source {each}: {complaint}\n")
                if each % 100_000 == 0 or each == count:
                    seconds = time.monotonic() - started
                    sys.stdout.write(f"{each} sources, {wrong} disagreements, {seconds:.0f} s, seed {seed}\n")
                sys.stdout.flush()
            progress.pack_into(shared, 0, count + 1, wrong, deadly)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        number, wrong, died = progress.unpack_from(shared)
        if number <= count and died:
            wrong += 1
            sys.stdout.write(f"source {number} brings check_source down ({status}): {make(number)!r}\n")
            number += 1
        deadly = number <= count and not died
    return bool(wrong)


_SHARES = (4, 5, 4, 6, 1)
"""Of twenty sources: many codings cost a worker, and so forty times as much."""


class _Sources:
    """The sources of a seed, by number."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._dice = random.Random(seed)
        mutants = sources.Mutants(Path(sysconfig.get_path("stdlib")), self._dice)
        self._makers = (sources.strung, sources.jumbled, sources.noise, mutants, sources.coded)

    def __call__(self, number: int) -> bytes:
        self._dice.seed(f"{self._seed} {number}")
        return self._dice.choices(self._makers, _SHARES)[0](self._dice)


def fuzz_with_coverage(name: str, options: list[str]) -> None:
    """Let atheris look for input that makes a target of `targets` raise."""
    import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

    corpus = CORPUS / name
    with atheris.instrument_imports(include=["syntax_guard"]):
        from . import targets

        target = targets.load(name)
        for seed in corpus.iterdir():  # imports what is imported late
            target(seed.read_bytes())
    with tempfile.TemporaryDirectory() as found:
        defaults = ["-max_total_time=60", "-max_len=4096", "-timeout=20"]
        atheris.Setup([sys.argv[0], *defaults, *options, found, str(corpus)], target)
        atheris.Fuzz()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["sources", *numbers]:
            sys.exit(fuzz_sources(*map(int, numbers)))
        case [("frames" | "settings" | "renderers") as name, *options]:
            fuzz_with_coverage(name, options)
        case _:
            sys.exit(__doc__)
