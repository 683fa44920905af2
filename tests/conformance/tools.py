"""Other tools that say which Python a source needs, each run as its users run it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from syntax_guard.grammar.depth import may_be_nearly_deep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syntax_guard.model import Version

_SYNTAX_RULES = "E9,F404,F7,PLE0115,PLE0116,PLE0117,PLE0118,PLE1142"
"""ruff's rules for what ``compile`` refuses; what its parser refuses is reported besides."""
_FOREIGN = re.compile(r"^'.*' (?:module|member|class|function|kwarg)|\(\w*\)' requires|annotation")
"""What vermin says of the standard library, not of the language."""


def found(name: str) -> str | None:
    return shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)


def _written(folder: str, sources: Sequence[bytes]) -> None:
    """Put the sources into a folder, without those so deep that a tool would end on one of them, and say nothing."""
    for place, source in enumerate(sources):
        if not may_be_nearly_deep(source):
            Path(folder, f"s{place}.py").write_bytes(source)


def _place(path: str) -> int:
    return int(Path(path).stem[1:])


def ruff(sources: Sequence[bytes], versions: Sequence[Version]) -> dict[Version, set[int]]:
    """The places of the sources that ``ruff check --target-version`` refuses."""
    refused: dict[Version, set[int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        _written(folder, sources)
        for version in versions:
            options = ["--isolated", "--no-cache", "--output-format=json", "--ignore-noqa", f"--select={_SYNTAX_RULES}"]
            options.append(f"--target-version=py{version[0]}{version[1]}")
            run = subprocess.run(
                [found("ruff") or "ruff", "check", *options, folder], capture_output=True, text=True, check=False
            )
            refused[version] = {_place(one["filename"]) for one in json.loads(run.stdout)}
    return refused


def vermin(sources: Sequence[bytes], versions: Sequence[Version]) -> dict[Version, set[int]]:
    """The places of the sources whose lowest version, by vermin, is above each version."""
    lowest: dict[int, Version] = {}
    with tempfile.TemporaryDirectory() as folder:
        _written(folder, sources)
        options = ["--no-tips", "--format", "parsable", "--no-parse-comments", "--eval-annotations"]
        run = subprocess.run(
            [found("vermin") or "vermin", *options, folder],
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
        for line in run.stdout.splitlines():
            parts = line.split(":", 5)
            if len(parts) == 6 and parts[0].endswith(".py") and parts[1] and not _FOREIGN.search(parts[5]):
                if parts[5].startswith("error:"):  # refused by the Python that runs vermin
                    lowest[_place(parts[0])] = (sys.version_info[0], sys.version_info[1] + 1)
                needed = re.fullmatch(r"~?(\d+)\.(\d+)", parts[4])
                if needed:
                    place, version = _place(parts[0]), (int(needed[1]), int(needed[2]))
                    lowest[place] = max(version, lowest.get(place, version))
    return {version: {place for place, needed in lowest.items() if needed > version} for version in versions}
