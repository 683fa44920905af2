"""What git says of one repository, kept as bytes, and a program that says them again where no git is.

``python -m tests.sources.recorded_git`` asks the real git anew. `test_recorded_git.py` shows that it still says so.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from ..conftest import Folder, clean_environment
from ..pythons import program

RECORDING = Path(__file__).with_name("recorded_git.json")
TOP = "@TOP@"
"""Stands in the recording for the folder of the work tree."""
VERSION = json.dumps([["version"], ""])
"""The question to which each git has its own answer."""
REAL = shutil.which("git")

ASKED = {
    "staged": ["--staged"],
    "commits": ["--commits", "first..HEAD"],
    "last commit": ["--commits", "HEAD"],
    "merge": ["--merge", "main...topic"],
    "a range from nowhere": ["--commits", "nowhere..HEAD"],
}
"""The questions for which git's answers are kept."""
ASK_GIT = {"GIT_CONFIG_COUNT": "0"}
"""A variable that may have a say in where the index is, so that no index is read without git."""
TARGET = "--target-version=3.11"
"""Asked with each of them, so that every machine asks git the same."""

_COMMON = r"""
import json, os, sys
words, folder = sys.argv[1:], "."
while words and words[0].startswith("-"):  # what stands before git's command says how it is run
    folder = words[1] if words[0] == "-C" else folder
    words = words[2:] if words[0] in ("-C", "-c") else words[1:]
top = os.path.realpath(folder).replace(os.sep, "/")
words = [word.replace(top, TOP) for word in words]
given = sys.stdin.buffer.read() if "--stdin" in words else b""
asked = json.dumps([words, given.decode("latin-1")])
"""
_RECORD = (
    _COMMON
    + r"""
import subprocess
log = open(LOG, "a", encoding="ascii")
def keep(kind, key, answer, status=0):
    answer = answer.replace(top.encode(), TOP.encode()).decode("latin-1")
    log.write(json.dumps([kind, key, answer, status]) + "\n")
    log.flush()
if words[:2] == ["cat-file", "--batch"]:
    git = subprocess.Popen([REAL, *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for line in sys.stdin.buffer:
        git.stdin.write(line)
        git.stdin.flush()
        answer = git.stdout.readline()
        if line.startswith(b"~"):  # the name behind all others, which is another one each time
            sys.stdout.buffer.write(answer)
            sys.stdout.buffer.flush()
            continue
        size = answer.rsplit(b" ", 1)[-1].strip()
        if size.isdigit():
            answer += git.stdout.read(int(size) + 1)
        keep("objects", line.decode("latin-1"), answer)
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()
    git.stdin.close()
    sys.exit(git.wait())
done = subprocess.run([REAL, *sys.argv[1:]], input=given, stdout=subprocess.PIPE)
keep("answers", asked, done.stdout, done.returncode)
sys.stdout.buffer.write(done.stdout)
sys.exit(done.returncode)
"""
)
_REPLAY = (
    _COMMON
    + r"""
recorded = json.load(open(RECORDING, encoding="ascii"))
def say(answer):
    sys.stdout.buffer.write(answer.encode("latin-1").replace(TOP.encode(), top.encode()))
    sys.stdout.buffer.flush()
if words[:2] == ["cat-file", "--batch"]:
    for line in (name.decode("latin-1") for name in sys.stdin.buffer):
        if line not in recorded["objects"] and line[0] != "~":
            sys.exit(97)
        say(recorded["objects"].get(line) or line[:-1] + " missing\n")
elif asked in recorded["answers"]:
    answer, status = recorded["answers"][asked]
    say(answer)
    sys.exit(status)
else:
    sys.exit("fatal: this was not recorded: " + asked)
"""
)


def replaying(folder: Path) -> Path:
    """Make a ``git`` in `folder` that says what is recorded, and fails where nothing is; return `folder`."""
    program(folder / "git", f"TOP = {TOP!r}\nRECORDING = {str(RECORDING)!r}\n{_REPLAY}")
    return folder


def _repository(repository: Folder) -> None:
    """Commits, branches and an index with one of each kind that git's output has."""
    dates = {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"}
    repository.environment.update(dates)
    repository.git("init", "-q", "-b", "main")

    def commit(**files: str) -> None:
        for name, content in files.items():
            repository.write(f"{name}.py", content)
        repository.git("add", "--all")
        repository.git("commit", "-qm", "more")

    body = "".join(f"    x = {number}\n" for number in range(9))
    commit(whole=f"def f(a):\n{body}")
    repository.git("tag", "first")
    repository.git("checkout", "-qb", "topic")
    commit(whole=f"def f(a, b):\n{body}")
    repository.git("checkout", "-q", "main")
    commit(bad="x = = 1\n")
    commit(bad="x = 1\n", whole=f"def f(a):\n{body}    global b\n")
    repository.write("日本 é.py", "def f(:\n")
    repository.write("CON/aux.py", "x = = 1\n")
    repository.write("a b/c\nd.py", "x = = 1\n")
    repository.write(b"\xff.py", "x = = 1\n")
    repository.write("script", "#!/usr/bin/env python3\nx = = 1\n").chmod(0o755)
    repository.write("crlf.py", "def f():\r\n    return (\r\n")
    repository.write("utf16.py", "x = 'é'\n".encode("utf-16"))
    repository.write(".gitattributes", "utf16.py text working-tree-encoding=UTF-16\n")
    repository.write("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    (repository.path / "link.py").symlink_to("crlf.py")
    (repository.path / "bad.py").unlink()
    repository.git("-c", "core.autocrlf=false", "add", "--all")


def record() -> dict[str, dict[str, Any]]:
    """Ask the real git all of `ASKED`, and what Windows asks besides: the contents of all objects."""
    found: dict[str, dict[str, Any]] = {"answers": {}, "objects": {}}
    with tempfile.TemporaryDirectory() as scratch:
        home, here, log = Path(scratch, "home"), Path(scratch, "here"), Path(scratch, "log")
        home.mkdir()
        here.mkdir()
        repository = Folder(here, clean_environment(home))
        _repository(repository)
        recorder = program(Path(scratch, "bin", "git"), f"TOP, LOG, REAL = {TOP!r}, {str(log)!r}, {REAL!r}\n{_RECORD}")
        path = os.pathsep.join([str(recorder.parent), repository.environment["PATH"]])
        for asked in ASKED.values():
            repository.check(*asked, TARGET, environment={"PATH": path, **ASK_GIT})
        objects = repository.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
        repository.run(recorder, "cat-file", "--batch", stdin=f"{objects}\n".encode())
        for line in log.read_text("ascii").splitlines():
            kind, key, answer, status = json.loads(line)
            found[kind][key] = answer if kind == "objects" else [answer, status]
    return found


if __name__ == "__main__":
    RECORDING.write_text(json.dumps(record(), indent=1, sort_keys=True) + "\n", "ascii")
    sys.stdout.write(f"{RECORDING}\n")
