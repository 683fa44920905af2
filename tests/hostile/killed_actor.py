"""`examples/corpus` on a local Ray with two actors, of which one is killed: nothing is lost, and nothing is another.

``python -m tests.hostile.killed_actor FOLDER``, in an environment that has Ray, prints how fast each way was.
"""

from __future__ import annotations

import ast
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from ..conftest import PROJECT

JUDGE = [sys.executable, str(PROJECT / "examples" / "corpus" / "judge.py")]
ACTOR = b"ray::MapWorker(MapBatches(Judge))"
PATIENCE = 300


def parsed(source: bytes) -> bool:
    """What a loop with `ast.parse` says; a source that kills takes the loop along."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def parquet() -> Any:
    """The module of pyarrow, which is installed for this check alone."""
    return import_module("pyarrow.parquet")


def verdicts(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of each partition."""
    return {path.name: parquet().read_table(path).to_pylist() for path in sorted(folder.glob("*.parquet"))}


def actors() -> list[int]:
    """The processes of the actors that judge."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            if Path("/proc", entry, "cmdline").read_bytes().startswith(ACTOR):
                found.append(int(entry))
        except OSError:  # it has just ended
            continue
    return found


def kill_one(made: Path) -> None:
    """Kill an actor as soon as the first partition is done."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if len(verdicts(made)) and (found := actors()):
            os.kill(found[0], signal.SIGKILL)
            sys.stdout.write(f"killed an actor of {len(found)} when {len(verdicts(made))} partitions were done\n")
            return
        time.sleep(0.05)
    raise AssertionError("no partition was done in time")


def main(folder: Path) -> None:
    alone = folder / "alone"
    subprocess.run([*JUDGE, "--sample", folder, alone, "--one-process"], check=True)
    expected = verdicts(alone)
    corpus, made = folder / "corpus", folder / "on-ray"
    with subprocess.Popen([*JUDGE, corpus, made, "--actors", "2"]) as judging:
        kill_one(made)
        if judging.wait():
            raise AssertionError(f"judge.py ended with {judging.returncode}")
    if verdicts(made) != expected:
        raise AssertionError("the verdicts of Ray are not those of one process")
    next(made.glob("*.parquet")).unlink()
    again = subprocess.run(
        [*JUDGE, corpus, made, "--actors", "2"], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    if not again.startswith("1 partitions to judge, 15 are done") or verdicts(made) != expected:
        raise AssertionError(f"a partition that is missing is not made again: {again}")
    sources = [
        one for path in sorted(corpus.glob("*.parquet")) for one in parquet().read_table(path)["content"].to_pylist()
    ]
    started = time.monotonic()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        valid = sum(pool.imap(parsed, sources, chunksize=16))
    speed = len(sources) / (time.monotonic() - started)
    sys.stdout.write(f"a loop with ast.parse in two processes: {valid} parse, {speed:.0f} a second\n")
    rows = [row for partition in expected.values() for row in partition]
    sys.stdout.write(
        f"the same by verdict: {sum(row['verdict'] == 'valid' for row in rows)} of {len(rows)} are valid\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
