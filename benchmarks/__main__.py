"""Measure syntax-guard beside its peers: ``python -m benchmarks`` in the folder of this project.

Everything that is needed is made in a temporary folder: environments with the tools, and the trees that they check.
Takes some minutes, prints as it goes, and ends with 1 where a promise is not kept. The figures of all parts, and
others with ``--write``, go to docs/performance.md and the plot beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from . import corpora, measurements, page, projects, timing
from .tools import PROJECT, Tools

if TYPE_CHECKING:
    from .measurements import Measured, Table

PAGE = PROJECT / "docs" / "performance.md"
PLOT = PAGE.with_suffix(".svg")
PARTS = ("commit", "agent", "projects", "health", "library", "packages", "start", "many")


def main() -> int:
    """Measure what is asked, and show it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="syntax-guard beside its peers")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all where none is named")
    parser.add_argument("--rounds", type=int, default=timing.most_rounds, help="rounds at most, to be sooner done")
    parser.add_argument("--cpu", action="store_true", help="take CPU time, where others use this machine, too")
    parser.add_argument("--write", action="store_true", help="write the page also where only some parts are measured")
    arguments = parser.parse_args()
    timing.most_rounds, timing.by_cpu = arguments.rounds, arguments.cpu
    asked = arguments.parts or PARTS
    if unknown := set(asked) - {*PARTS}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="syntax-guard-benchmarks-") as folder:
        place = Path(folder)
        print("Making the environments", flush=True)
        tools = Tools(place)
        done = _measure(asked, place, tools)
        tables = [table for one in done for table in one.tables]
        promises = [promise for one in done for promise in one.promises]
        text = page.figures(f"{_command()} {_machine()}", tools.versions(), tables, promises)
        print(f"\n{text}\n\n{time.monotonic() - started:.0f} s in all", flush=True)
        if arguments.write or {*asked} == {*PARTS}:
            page.put(PAGE, text)
            _draw(tables, tools)
    return 0 if all(promise.holds for promise in promises) else 1


def _measure(asked: tuple[str, ...] | list[str], place: Path, tools: Tools) -> list[Measured]:
    done = []
    if "commit" in asked:
        done.append(measurements.commit(place, tools))
    if "agent" in asked:
        done.append(measurements.agent(place, tools))
    if "projects" in asked:
        done.append(projects.measured(place / "projects", tools))
    if "health" in asked:
        done.append(measurements.health(place, tools))
    if "library" in asked:
        done.append(measurements.standard_library(place, tools))
    if {"packages", "start"} & {*asked}:
        print("Installing packages", flush=True)
        tree = corpora.packages(place / "packages", tools.pip)
        if "packages" in asked:
            done.append(measurements.packages(tree, tools))
        if "start" in asked:
            done.append(measurements.start(tree, place, tools))
    if "many" in asked:
        done.append(measurements.many(place, tools))
    return done


def _command() -> str:
    """What made the figures: this command, its clock, and the commit that it measured."""
    words = " ".join(["python -m benchmarks", *sys.argv[1:]])
    clock = "CPU time" if timing.by_cpu else "wall time"
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT, capture_output=True, text=True)
    return f"`{words}`, {clock}, commit {commit.stdout.strip() or 'unknown'};"


def _machine() -> str:
    return f"{len(os.sched_getaffinity(0))} CPUs, {platform.system()} {platform.machine()}, {time.strftime('%Y-%m-%d')}"


def _draw(tables: list[Table], tools: Tools) -> None:
    figures = tools.home / "figures.json"
    medians = [[table.title, {name: timing.median for name, timing in table.timings.items()}] for table in tables]
    figures.write_text(json.dumps(medians))
    subprocess.run([tools.drawing_python, PROJECT / "benchmarks" / "plot.py", figures, PLOT], check=True)


if __name__ == "__main__":
    sys.exit(main())
