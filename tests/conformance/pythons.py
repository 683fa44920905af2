"""The real Pythons, asked in batches: one process each, sources and answers as lines of JSON."""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

import syntax_guard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from syntax_guard.model import Version

PACKAGE = str(Path(syntax_guard.__file__).parent.parent)
VERSIONS = tuple((3, minor) for minor in range(8, 16))

COMPILE = """
import base64, json, signal, sys, warnings
warnings.simplefilter("ignore")
for line in sys.stdin:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_VIRTUAL, 2)
    try:
        compile(base64.b64decode(line), "no such folder/source", "exec", 0, True)
        answer = None
    except SyntaxError as error:
        answer = [type(error).__name__, error.msg, error.lineno]
    except (ValueError, RecursionError, MemoryError, OverflowError, SystemError) as error:
        answer = [type(error).__name__, str(error)]
    sys.stdout.write(json.dumps(answer) + "\\n")
    sys.stdout.flush()
"""
"""Answers None for a source that is accepted, else the kind, the words, and the line if there is one. Ends where one
takes 2 seconds of the processor: the time that some Pythons take doubles with each level of nesting."""

APPROXIMATE = """
import ast, base64, json, sys, warnings
warnings.simplefilter("ignore")
sys.path.append(sys.argv[1])
from syntax_guard.grammar.requirements import requirements
OLDER = [(3, minor) for minor in range(8, sys.version_info[1])]
def features(data, version):
    try:
        ast.parse(data, feature_version=version)
    except SyntaxError:
        return True
    return False
for line in sys.stdin:
    data = base64.b64decode(line)
    try:
        compile(data, "no such folder/source", "exec", 0, True)
    except Exception:
        answer = None
    else:
        required = requirements(data, (3, 8))
        rules = [[one.problem.message for one in required if one.is_refused_by(version)][:1] for version in OLDER]
        answer = [rules, [features(data, version) for version in OLDER]]
    sys.stdout.write(json.dumps(answer) + "\\n")
    sys.stdout.flush()
"""
"""Answers None for a source that this Python refuses; else, for each older version, what the rules say and whether
``feature_version`` refuses."""


@functools.cache
def found() -> dict[Version, str]:
    """The Pythons on this machine: in the folder ``SYNTAX_GUARD_TEST_PYTHONS``, on PATH, and pyenv's."""
    folders = [os.environ.get("SYNTAX_GUARD_TEST_PYTHONS", ""), *os.environ.get("PATH", "").split(os.pathsep)]
    pythons: dict[Version, str] = {sys.version_info[:2]: sys.executable}
    for version in VERSIONS:
        name = f"python{version[0]}.{version[1]}"
        places = [shutil.which(name, path=folder) for folder in folders if folder]
        places += sorted(glob(os.path.expanduser(f"~/.pyenv/versions/{version[0]}.{version[1]}.*/bin/{name}")))
        for place in filter(None, places):
            asked = [place, "-I", "-S", "-c", "import sys; print(*sys.version_info[:2])"]
            answer = subprocess.run(asked, capture_output=True, text=True, check=False)
            if answer.stdout.split() == list(map(str, version)):
                pythons.setdefault(version, place)
                break
    return pythons


def ask(python: str, program: str, sources: Iterable[bytes]) -> list[Any]:
    """What `python` answers to each source; where it ended instead ``["Crashed", …]``, or ``["Slow", …]``."""
    answers = []
    process = None
    for source in sources:
        if process is None:
            command = [python, "-I", "-S", "-c", program, PACKAGE]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(base64.b64encode(source).decode() + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if answer:
            answers.append(json.loads(answer))
        else:
            code = process.wait()
            slow = code == -getattr(signal, "SIGVTALRM", 0)
            answers.append(["Slow" if slow else "Crashed", f"exit code {code}"])
            _close(process)
            process = None
    if process is not None:
        _close(process)
    return answers


def asked_together(pythons: Mapping[Version, str], code: str, sources: list[bytes]) -> dict[Version, list[Any]]:
    """What each Python answers to each source, as many Pythons at a time as there are CPUs."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda python: ask(python, code, sources), pythons.values())
        return dict(zip(pythons, answers, strict=True))


def _close(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(BrokenPipeError):
        process.communicate()
