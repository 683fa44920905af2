"""A ``pyproject.toml`` that is broken in the work tree stops the gates that judge the work tree, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..conftest import Folder

BROKEN = "[tool.syntax-guard\n"
GATES = {
    "staged": ("check", "--staged"),
    "commits": ("check", "--commits", "HEAD"),
    "a merge": ("check", "--merge", "HEAD"),
    "a push": ("pre-push", "origin", "url"),
}


def asked(repository: Folder, *arguments: str) -> tuple[int, str]:
    tip = repository.git("rev-parse", "HEAD").strip()
    given = f"refs/heads/a {tip} refs/heads/a {'0' * 40}\n" if arguments[0] == "pre-push" else ""
    run = repository.guard(*arguments, stdin=given.encode())
    return run.code, run.err


@pytest.fixture
def repository(repository: Folder) -> Folder:
    repository.write("a.py")
    repository.git("add", ".")
    repository.git("commit", "-qm", "a")
    return repository


@pytest.mark.parametrize("gate", GATES)
def test_one_that_is_not_staged_stops_no_gate_of_git(gate: str, repository: Folder) -> None:
    repository.write("pyproject.toml", "[tool.syntax-guard]\njobs = 1\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "b")
    repository.write("pyproject.toml", BROKEN)
    code, err = asked(repository, *GATES[gate])
    assert (code, err.count("it is ignored: what git holds counts")) == (0, 1), err


@pytest.mark.parametrize("gate", [*GATES, "the work tree"])
def test_one_that_git_does_not_track_stops_nothing(gate: str, repository: Folder) -> None:
    repository.write("pyproject.toml", BROKEN)
    code, err = asked(repository, *GATES.get(gate, ("check",)))
    assert (code, "pyproject.toml" in err) == (0, True), err


@pytest.mark.parametrize("arguments", [("check",), ("check", "--staged"), ("check", "--staged", "--config=b.toml")])
def test_one_that_is_judged_or_named_ends_the_run(arguments: tuple[str, ...], repository: Folder) -> None:
    repository.write("pyproject.toml", BROKEN)
    repository.write("b.toml", BROKEN)
    repository.git("add", ".")
    code, err = asked(repository, *arguments)
    assert (code, "not valid TOML" in err) == (2, True), err


def test_the_settings_of_the_run_are_those_that_are_staged(repository: Folder) -> None:
    repository.write("pyproject.toml", "[tool.syntax-guard]\noutput-format = 'json'\nwarnings = 'error'\n")
    repository.write("b.py", "1 is 1\n")
    repository.git("add", ".")
    repository.write("pyproject.toml", BROKEN)
    run = repository.guard("check", "--staged")
    assert (run.code, run.found) == (1, [("b.py", "syntax-warning", 1)])
