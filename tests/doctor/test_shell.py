"""Which programs shell text calls, and whether anybody listens to them."""

from __future__ import annotations

import pytest

from syntax_guard.doctor.shell import calls, commands

TOOL, VERBS = "syntax-guard", frozenset({"check", "run"})


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("a b; c", [["a", "b"], ["c"]]),
        ("a 'b c' \"d $e\" f\\ g", [["a", "b c", "d $e", "f g"]]),
        ("a # b\nc", [["a"], ["c"]]),
        ("a#b", [["a#b"]]),
        ("a \\\n  b", [["a", "b"]]),
        ("a 2>&1 >/dev/null <x b", [["a", "b"]]),
        ("A=1 B='c d' e", [["e"]]),
        ("A=1", []),
        ("if ! a; then b; fi", [["a"], ["b"]]),
        ("a <<EOF\nb\nEOF\nc", [["a"], ["c"]]),
        ("a <<-'E' && d\n\tb\n\tE\nc", [["a"], ["d"], ["c"]]),
        ("${a:-b c} d", [["${a:-b c}", "d"]]),
        ("a || b && c | d &", [["a"], ["b"], ["c"], ["d"]]),
        ("a 'unfinished", [["a", "'unfinished"]]),
        ("", []),
    ],
)
def test_commands(script: str, words: list[list[str]]) -> None:
    assert [list(command.words) for command in commands(script)] == words


def test_lines() -> None:
    script = "a\n\nb \\\n  c\nd <<E\n1\n2\nE\ne 'x\ny'\nf"
    assert [(command.words[0], command.line) for command in commands(script)] == [
        ("a", 1), ("b", 3), ("d", 5), ("e", 9), ("f", 11),
    ]  # fmt: skip


CALLED = [
    "syntax-guard check",
    "exec syntax-guard run -- app",
    "/opt/venv/bin/syntax-guard check .",
    "uv run --frozen syntax-guard check",
    "uvx syntax-guard@0.1.0 check",
    "pipx run syntax-guard check",
    "python -m syntax_guard check",
    "python3.12 -I -m syntax_guard check",
    "poetry run python -m syntax_guard check",
    "tini -- syntax-guard run -- app",
    "gosu app syntax-guard run -- app",
    "PYTHONUTF8=1 syntax-guard check",
    "bash -c 'syntax-guard check && exec app'",
    "sh -ec \"cd /app; syntax-guard check; exec app\"",
    "bash -euo pipefail -c 'syntax-guard check'",
    "if ! syntax-guard check; then exit 1; fi",
    "(syntax-guard check)",
    "C:\\Scripts\\syntax-guard.exe check".replace("\\", "/"),
]  # fmt: skip

NOT_CALLED = [
    "pip install syntax-guard",
    "echo syntax-guard check",
    "# syntax-guard check",
    "cat <<EOF\nsyntax-guard check\nEOF",
    "command -v syntax-guard",
    "syntax-guard --version",
    "my-syntax-guard check",
    "grep 'syntax-guard check' README.md",
]


@pytest.mark.parametrize("script", CALLED)
def test_a_call_is_found(script: str) -> None:
    assert len(calls(script, TOOL, VERBS)) == 1


@pytest.mark.parametrize("script", NOT_CALLED)
def test_a_mention_is_no_call(script: str) -> None:
    assert calls(script, TOOL, VERBS) == ()


HEARD = [
    "syntax-guard check",
    "syntax-guard check && app",
    "set -e\nsyntax-guard check\napp",
    "set -o errexit\nsyntax-guard check\napp",
    "#!/bin/sh -e\nsyntax-guard check\napp",
    "set -euo pipefail\nsyntax-guard check | tee log\napp",
    "syntax-guard check || exit 1\napp",
    "syntax-guard check || { echo broken; exit 1; }\napp",
    "if ! syntax-guard check; then exit 1; fi\napp",
    "sh -ec 'syntax-guard check; app'",
    "exec syntax-guard run -- app",
]
UNHEARD = [
    "syntax-guard check; app",
    "syntax-guard check\napp",
    "syntax-guard check || true",
    "syntax-guard check || echo broken",
    "syntax-guard check || exit 0",
    "syntax-guard check || { echo broken; }; exit 1",
    "syntax-guard check | tee log",
    "syntax-guard check & app",
    "sh -c 'syntax-guard check; app'",
    "set -e\nsh -c 'syntax-guard check; app'",
    "set -e\nsyntax-guard check || :\napp",
]


@pytest.mark.parametrize("script", HEARD)
def test_a_failure_stops_the_rest(script: str) -> None:
    assert [call.ignored for call in calls(script, TOOL, VERBS)] == [None]


@pytest.mark.parametrize("script", UNHEARD)
def test_a_failure_that_nobody_hears_of(script: str) -> None:
    (call,) = calls(script, TOOL, VERBS)
    assert call.ignored
