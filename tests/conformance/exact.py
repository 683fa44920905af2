"""Exact targets against recorded verdicts, and without those against ``compile``, in outcome and line.

``python -m tests.conformance.exact`` judges every source as ``syntax-guard check`` does, for all Pythons found.
"""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any

from syntax_guard.judging.judgement import Inquiry, Limits, requests
from syntax_guard.judging.schedule import judge
from syntax_guard.sources.in_memory import Held
from syntax_guard.targets.machine import Machine
from syntax_guard.targets.resolve import resolve

from .pythons import VERSIONS, found
from .sources import examples, judged_now, library, recorded, verdict_files

if TYPE_CHECKING:
    from syntax_guard.model import Verdict, Version

    from .sources import Judged

LIBRARY = 2000
"""Sources of the standard library that stand in for recorded ones."""


def differences(judged: Judged, versions: list[Version], path: str) -> list[str]:
    """The verdicts that are not as in `judged`, a line each, with the Pythons of the folders in `path`."""
    with tempfile.TemporaryDirectory() as home:
        machine = Machine({**os.environ, "PATH": path, "HOME": home})
        targets = resolve([f"{major}.{minor}" for major, minor in versions], [], None, machine)
    inexact = [target.label for target in targets if not target.exact]
    if inexact:
        return [f"not exact: {', '.join(inexact)}"]
    differing = []
    sources = [Held(str(place), source) for place, source in enumerate(judged.sources)]
    inquiry = Inquiry(targets, requests(targets), Limits(jobs=None, seconds=30, memory=0))
    for judgement in judge(sources, inquiry):
        place = int(judgement.source.name)
        for target, verdict in zip(targets, judgement.verdicts, strict=True):
            expected = judged.answers[target.version][place]
            if not _agree(verdict, expected):
                differing.append(f"{target.label} {judged.sources[place]!r:.200}: {verdict}, expected {expected}")
    return differing


def _agree(verdict: Verdict, expected: Any) -> bool:
    if expected is None:
        return verdict.outcome == "valid"
    if expected[0].startswith(("Crashed", "crash:SIG")):  # 3.12 dies of some: no verdict, and not green
        return verdict.outcome == "undecided" and verdict.error is not None and verdict.error.kind == "Crashed"
    line = expected[2] if len(expected) > 2 else None
    return verdict.outcome == "broken" and verdict.error is not None and verdict.error.line == (line or None)


def main() -> int:
    pythons = found()
    versions = [version for version in VERSIONS if version in pythons]
    files = verdict_files()
    if files:
        sets = {path.name: recorded(path) for path in files}
    else:
        sources = library(LIBRARY) + examples()
        sets = {"standard library and examples of the rules": judged_now(sources, {v: pythons[v] for v in versions})}
    path = os.pathsep.join(os.path.dirname(python) for python in pythons.values())
    failed = False
    for name, judged in sets.items():
        differing = differences(judged, versions, path)
        print(f"{name}: {len(judged.sources)} sources, {len(versions)} exact targets, {len(differing)} verdicts differ")
        print(*differing[:20], sep="\n", end="\n" if differing else "")
        failed |= bool(differing)
    left_out = [f"{version[0]}.{version[1]}" for version in VERSIONS if version not in pythons]
    if left_out:
        print("Not found, so left out: Python", ", ".join(left_out))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
