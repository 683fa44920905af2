"""Whoever pastes code of a newer Python reads what is new in it: verified where a newer Python is found."""

from __future__ import annotations

import os
import re
import sys

import pytest

from syntax_guard import Settings, check_source
from syntax_guard.findings import newest
from syntax_guard.findings.hints.newer_syntax import looks_like
from syntax_guard.grammar.table import RULES
from syntax_guard.model import Interpreter, this_interpreter
from syntax_guard.targets.machine import Machine

from ...conformance.pythons import COMPILE, ask, found

HOST = sys.version_info[:2]
PYTHONS = found()
NEWEST = max(PYTHONS)
REFUSED = [rule for rule in RULES if HOST < rule.since <= NEWEST and rule.first <= HOST and len(rule.refused) < 200]
LOOKS = [rule for rule in RULES if rule.looks]


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where searches are remembered."""
    return str(tmp_path_factory.mktemp("memory"))


def _hint(source: str, path: str, monkeypatch: pytest.MonkeyPatch, memory: str = "") -> str | None:
    monkeypatch.setenv("PATH", path)
    monkeypatch.setenv("HOME", os.devnull)
    errors = [
        one
        for one in check_source(source.encode(), settings=Settings(cache=bool(memory), cache_dir=memory))
        if one.severity == "error"
    ]
    assert len(errors) == 1, errors
    return errors[0].hint


@pytest.mark.slow
@pytest.mark.skipif(NEWEST == HOST, reason="no newer Python is found")
@pytest.mark.parametrize("rule", REFUSED, ids=lambda rule: f"{rule.since[1]} {rule.what}")
def test_the_newest_python_says_what_is_new(rule, memory, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (refused,) = ask(sys.executable, COMPILE, [rule.refused.encode()])
    if refused is None or refused[0] != "SyntaxError" or "encod" in refused[1]:
        pytest.skip("refused for another reason than syntax")
    said = _hint(rule.refused, os.path.dirname(PYTHONS[NEWEST]), monkeypatch, memory)
    assert said is not None
    assert re.search(r"Python 3\.|write != for <>|the coding line|cannot be seen", said)


@pytest.mark.parametrize("rule", LOOKS, ids=lambda rule: f"{rule.since[1]} {rule.what}")
def test_a_line_looks_like_its_rule(rule) -> None:  # type: ignore[no-untyped-def]
    before = (rule.since[0], rule.since[1] - 1)
    said = [looks_like(line, before) for line in rule.refused.splitlines()]
    assert f"looks like syntax of Python {rule.since[0]}.{rule.since[1]}: {rule.what}" in said
    assert not any(looks_like(line, before) for line in rule.accepted.splitlines() if "lazy" not in line)


@pytest.mark.skipif(HOST >= (3, 14), reason="this Python knows it")
@pytest.mark.parametrize(
    ("source", "expected"),
    {
        "try: pass\nexcept A, B: pass\n": "looks like syntax of Python 3.14: 'except' with several types",
        "x = t'{y}'\n": "looks like syntax of Python 3.14: t-string",
        "lazy import json\n": "looks like syntax of Python 3.15: 'lazy' import",
        "x = [*a for a in b]\n": "looks like syntax of Python 3.15: Unpacking in a comprehension",
        "x = 'lazy import' y\n": None,
        "x = (1\n": None,
        "x = a b # t'{y}'\n": None,
        "print x\n": "Python 2 code",
    }.items(),
)
def test_what_none_can_verify_looks_like_it(source: str, expected: str | None, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    said = _hint(source, str(tmp_path), monkeypatch)
    assert said is None if expected is None else said is not None and said.startswith(expected)


@pytest.mark.skipif(NEWEST < (3, 14) or HOST >= (3, 14), reason="needs a Python that knows t-strings, besides this one")
def test_an_error_that_stays_is_not_explained_away(monkeypatch: pytest.MonkeyPatch) -> None:
    path = os.path.dirname(PYTHONS[NEWEST])
    assert _hint("x = t'{y}' z\n", path, monkeypatch) is None
    assert this_interpreter().version == HOST


def test_many_sources_look_once_for_the_newest_python(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def found_none_newer(machine: Machine) -> Interpreter:
        looked.append(machine.environ["PATH"])
        return this_interpreter()

    monkeypatch.setattr(newest, "_FOUND", {})
    monkeypatch.setattr(newest, "_newest", found_none_newer)
    for path in ("/one", "/one", "/two", "/one"):
        newest.NewestPython(Machine({"PATH": path})).refusal(b"x = (", HOST)
    assert looked == ["/one", "/two"]
