"""`check_sources` and `stream` beside a bare loop of `compile`, over files of the standard library.

``python -m benchmarks.streams [ROUNDS]`` prints medians of paired rounds: CPU time for one job, which a busy machine
does not change much, and the time on the clock for two.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import time
import warnings
from itertools import pairwise
from pathlib import Path
from statistics import median

from syntax_guard import Settings, check_sources

FILES = 1000


def sources() -> list[tuple[str, bytes]]:
    """Files of the standard library, by name, without those that are broken on purpose."""
    library = Path(sysconfig.get_path("stdlib"))
    named = (path for path in sorted(library.rglob("*.py")) if "site-packages" not in path.parts)
    read = ((str(path), path.read_bytes()) for path in named if "bad" not in path.name and "data" not in path.parts)
    return [pair for pair in read if pair[1].isascii()][:FILES]


def bare(pairs: list[tuple[str, bytes]]) -> None:
    """What people write who know that `compile` is what counts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in pairs:
            compile(data, name, "exec", 0, dont_inherit=True)


def judged(pairs: list[tuple[str, bytes]], jobs: int) -> None:
    """The same by `check_sources`."""
    count = sum(result.verdict == "valid" for result in check_sources(pairs, Settings(jobs=jobs)))
    if count != len(pairs):
        raise AssertionError(f"{count} of {len(pairs)} are valid")


def streamed(lines: bytes) -> None:
    """The same by `syntax-guard stream`."""
    command = [sys.executable, "-m", "syntax_guard", "stream", "--jobs", "1"]
    answers = subprocess.run(command, input=lines, stdout=subprocess.PIPE, check=True).stdout
    if answers.count(b'"valid"') != lines.count(b"\n"):
        raise AssertionError(answers)


def cpu() -> float:
    """Seconds of CPU that this process and those that have ended used."""
    return sum(os.times()[:4])


def main(rounds: int) -> None:
    pairs = sources()
    lines = b"".join(json.dumps({"name": name, "source": data.decode()}).encode() + b"\n" for name, data in pairs)
    one, two, stream = [], [], []
    for _ in range(rounds):
        marks = [(cpu(), time.monotonic())]
        for way in (lambda: bare(pairs), lambda: judged(pairs, 1), lambda: judged(pairs, 2), lambda: streamed(lines)):
            way()
            marks.append((cpu(), time.monotonic()))
        used = [after[0] - before[0] for before, after in pairwise(marks)]
        took = [after[1] - before[1] for before, after in pairwise(marks)]
        one.append(used[1] / used[0])
        two.append(took[0] / took[2])
        stream.append(used[3] / used[0])
    print(f"{len(pairs)} files, {sum(len(data) for _, data in pairs) / 1e6:.1f} MB, {rounds} rounds, medians")
    print(f"check_sources, one job: {median(one):.2f} of the CPU time of the loop")
    print(f"check_sources, two jobs: {median(two):.2f} times as fast as the loop")
    print(f"stream --jobs 1, with JSON: {median(stream):.2f} of the CPU time of the loop")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
