"""Fuzzing for as long as you like, from the top of the repository:

    python -m tests.fuzz sources [COUNT] [SEED]       check_source against compile, a million sources by default
    python -m tests.fuzz {frames,settings,renderers} [OPTION …]     coverage-guided; options are libFuzzer's

The second kind needs ``pip install atheris`` (CPython up to 3.13) and runs for a minute if no option says otherwise.
It starts from tests/fuzz/corpus, which stays small: what reaches new code is kept by hand.
"""

from __future__ import annotations

import random
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from . import sources

CORPUS = Path(__file__).parent / "corpus"


def fuzz_sources(count: int = 1_000_000, seed: int = 1) -> int:
    """Compare check_source with compile on `count` sources; print what differs and return the exit code."""
    from .oracle import disagreement

    dice = random.Random(seed)
    makers = (sources.strung, sources.jumbled, sources.noise, sources.Mutants(Path(sysconfig.get_path("stdlib")), dice))
    started = time.monotonic()
    wrong = 0
    for number in range(1, count + 1):
        data = dice.choice(makers)(dice)
        complaint = disagreement(data)
        if complaint:
            wrong += 1
            sys.stdout.write(complaint + "\n")
        if number % 100_000 == 0 or number == count:
            seconds = time.monotonic() - started
            sys.stdout.write(f"{number} sources, {wrong} disagreements, {seconds:.0f} s, seed {seed}\n")
            sys.stdout.flush()
    return bool(wrong)


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
