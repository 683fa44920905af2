"""Settings files that mean harm: an error of one line, in bounded time, whatever stands in the file's place; and no say
for those that are not part of the commit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..conftest import Folder

UNASKED = 2
TABLE = "[tool.syntax-guard]\n"


def _text(content: str | bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return make


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 << 20)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


HARMFUL: dict[str, tuple[Callable[[Path], None], str]] = {
    "100 MB": (_sparse, "larger than"),
    "100 MB of TOML": (_text("# x\n" * (25 << 20)), "larger than"),
    "a FIFO": (os.mkfifo, "not a regular file"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
    "a loop of links": (_loop, "cannot be read"),
    "a link to nowhere": (lambda path: path.symlink_to("nowhere"), "cannot be read"),
    "null bytes": (_text(b"\0" * 1000), "not valid TOML"),
    "a null in a pattern": (_text(TABLE + 'exclude = ["a\\u0000b"]\n'), "exclude"),
    "no UTF-8": (_text(b"\xff\xfe"), "not UTF-8"),
    "deep arrays": (_text("a = " + "[" * 100_000 + "]" * 100_000), "nested too deeply"),
    "deep tables": (_text("a = " + "{a=" * 50_000 + "1" + "}" * 50_000), "nested too deeply"),
    "a key of many parts": (_text("a" + ".a" * 400_000 + " = 1\n"), "dots on one line"),
    "a header of many parts": (_text("[a" + ".a" * 400_000 + "]\n"), "dots on one line"),
    "a number of 100,000 digits": (_text("a = " + "9" * 100_000), "not valid TOML"),
    "infinite jobs": (_text(TABLE + "jobs = inf\n"), "expected a number"),
    "jobs that are none": (_text(TABLE + "jobs = nan\n"), "expected a number"),
    "a long value": (_text(TABLE + "warnings = '" + "x" * 500_000 + "'\n"), "is none of"),
    "a long name": (_text(TABLE + "x" * 500_000 + " = 1\n"), "is not a setting"),
    "words for a terminal": (_text(TABLE + 'warnings = "\\u001b[2J\\n::error::x"\n'), "is none of"),
    "a program to run": (_text(TABLE + 'python = ["./evil"]\n'), "cannot be set in a file"),
    "a file to write": (_text(TABLE + 'output-file = "/etc/passwd"\n'), "cannot be set in a file"),
    "a cache to use": (_text(TABLE + 'cache-dir = "."\n'), "cannot be set in a file"),
    "a table that is none": (_text("tool = 1\n"), "expected a table"),
}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX file system")
@pytest.mark.parametrize("kind", HARMFUL)
def test_a_harmful_settings_file_is_an_error_of_one_line(kind: str, folder: Folder) -> None:
    make, said = HARMFUL[kind]
    folder.write("a.py")
    make(folder.path / "pyproject.toml")
    run = folder.guard("check", "--no-cache", "a.py")
    assert run.code == UNASKED
    assert said in run.err
    assert len(run.err.splitlines()) == 1
    assert len(run.err) < 1000
    assert run.err.rstrip("\n").isprintable()
    assert folder.guard("check", "--no-cache", "--isolated", "a.py").code == 0


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX file system")
def test_many_escapes_and_tables_are_read_in_time(folder: Folder) -> None:
    folder.write("a.py")
    folder.write("pyproject.toml", 'x = "' + "\\n" * 200_000 + '"\n' + "[[t]]\n" * 60_000)
    assert folder.guard("check", "--no-cache", "a.py").code == 0


UNSTAGED: dict[str, dict[str, str | None]] = {
    "excluded": {"pyproject.toml": "[tool.syntax-guard]\nexclude = ['bad.py']\n"},
    "listed": {"pyproject.toml": "[tool.syntax-guard]\nexpected-broken = ['bad.py']\n"},
    "for another Python": {"pyproject.toml": "[tool.syntax-guard]\ntarget-version = '3.14'\n"},
    "excluded below": {"app/pyproject.toml": "[tool.syntax-guard]\nexclude = ['*']\n"},
    "in a baseline": {"syntax-guard-baseline.json": None},
    "no settings": {"pyproject.toml": ""},
}


@pytest.mark.grid
@pytest.mark.parametrize("case", UNSTAGED)
@pytest.mark.parametrize("staged", ["", "[tool.syntax-guard]\nexclude = ['other.py']\n"])
def test_settings_that_are_not_staged_let_nothing_staged_pass(repository: Folder, case: str, staged: str) -> None:
    """A commit is asked by the settings that it holds, through a hook of git as through a flag."""
    repository.write("pyproject.toml", staged)
    for name in ("bad.py", "app/bad.py"):
        repository.write(name, "x = = 1\n")
    repository.git("add", ".")
    for name, content in UNSTAGED[case].items():
        if content is None:
            assert repository.guard("baseline").code == 0
        else:
            repository.write(name, content)
    assert [path for path, _, _ in repository.check("--staged").found] == ["app/bad.py", "bad.py"]
    repository.write(".git/hooks/pre-commit", "#!/bin/sh\nexec syntax-guard check --staged\n").chmod(0o755)
    assert repository.run("git", "commit", "-qm", "x").code == 1
    if case.startswith("excluded") or case == "listed":
        repository.git("add", ".")
        left = [path for path, _, _ in repository.check("--staged").found]
        assert left == (["bad.py"] if case == "excluded below" else []), "now they count"
