"""Many small sources through `syntax-guard stream`, killers among them: none is lost, and memory stays flat.

``python -m tests.hostile.long_stream COUNT KILLERS`` prints what it measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

from .test_workers import children

STACK = 256
"""KiB of stack for each interpreter: up to 3.13 none survives `KILLER` with it, and later ones refuse it."""
KILLER = "-" * 3000 + "1"
KILLED = "undecided" if sys.version_info < (3, 14) else "broken"
GROWTH = 16
"""MiB by which a process may grow once a tenth of the sources are answered."""


def killers(count: int, kills: int) -> range:
    """The places of the killers."""
    return range(count // kills // 2, count, count // kills)


def feed(pipe: BinaryIO, count: int, deadly: range) -> None:
    with pipe:
        for number in range(count):
            source = KILLER if number in deadly else f"def f{number}():\n    return {number}\n"
            pipe.write(json.dumps({"id": number, "source": source}).encode() + b"\n")


def mebibytes(process: int) -> float:
    """What a process and those that it started hold in memory, the largest of them."""
    sizes = [0]
    for one in {process, *children(process)}:
        try:
            sizes.append(int(Path(f"/proc/{one}/statm").read_text().split()[1]))
        except OSError:  # it has just ended
            continue
    return max(sizes) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def main(count: int, kills: int) -> None:
    deadly = killers(count, kills)
    shell = f"ulimit -s {STACK}; exec {sys.executable} -m syntax_guard stream"
    started = time.monotonic()
    with subprocess.Popen(["sh", "-c", shell], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as stream:
        if stream.stdin is None or stream.stdout is None:
            raise AssertionError("both are pipes")
        threading.Thread(target=feed, args=(stream.stdin, count, deadly), daemon=True).start()
        sizes: list[float] = []
        answered = 0
        for line in stream.stdout:
            answer = json.loads(line)
            expected = KILLED if answered in deadly else "valid"
            if (answer["id"], answer["verdict"]) != (answered, expected):
                raise AssertionError(f"answer {answered} is {line!r}, not {expected}")
            answered += 1
            if answered % max(1, count // 50) == 0:
                sizes.append(mebibytes(stream.pid))
    seconds = time.monotonic() - started
    if (answered, stream.returncode) != (count, 1):
        raise AssertionError(f"{answered} answers of {count}, exit code {stream.returncode}")
    early, late = max(sizes[:5]), max(sizes[5:])
    if late > early + GROWTH:
        raise AssertionError(f"memory grows from {early:.0f} MiB to {late:.0f} MiB")
    sys.stdout.write(f"{count} sources in {seconds:.0f} s, {kills} killers {KILLED}, in order, none lost\n")
    sys.stdout.write(f"the largest process: {early:.0f} MiB in the first tenth, {late:.0f} MiB at most after it\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
