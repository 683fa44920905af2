"""How a run reports, and whether: one value, decided from the settings, the environment and the streams."""

from __future__ import annotations

import io
from typing import Any

import pytest

from syntax_guard.cli.commands.check import is_silent
from syntax_guard.config.formats import FORMATS
from syntax_guard.config.printing import Printing, printing
from syntax_guard.config.settings import Settings
from syntax_guard.model import Diagnostic, Interpreter, Result, Summary, Target

TARGET = Target((3, 11), Interpreter((3, 11), "CPython 3.11.7"), True, "the Python that runs syntax-guard")


class Terminal(io.StringIO):
    """A stream that people look at."""

    def isatty(self) -> bool:
        return True


PIPE, TERMINAL = io.StringIO(), Terminal()
GREEN = Result((TARGET,), Summary(1, 0, 0, 0, 0, 0, 0.1), ())
RED = Result(
    (TARGET,),
    Summary(1, 1, 0, 0, 0, 0, 0.1),
    (Diagnostic("a.py", 1, 1, None, None, "error", "syntax-error", "bad", None, (TARGET,)),),
)
WARNED = Result(
    (TARGET,),
    Summary(1, 0, 0, 1, 0, 0, 0.1),
    (Diagnostic("a.py", 1, 1, None, None, "warning", "syntax-warning", "bad", None, (TARGET,)),),
)


def decided(environ: dict[str, str], *, out: Any = PIPE, err: Any = PIPE, **settings: Any) -> Printing:
    return printing(Settings(**settings), {"TERM": "xterm", **environ}, out, err)


@pytest.mark.parametrize(
    ("environ", "settings", "name"),
    [
        ({}, {}, "full"),
        ({"GITHUB_ACTIONS": "true"}, {}, "github"),
        ({"GITHUB_ACTIONS": "false"}, {}, "full"),
        ({"GITHUB_ACTIONS": "true"}, {"output_format": "concise"}, "concise"),
    ],
)
def test_the_format(environ: dict[str, str], settings: dict[str, Any], name: str) -> None:
    assert decided(environ, **settings).format.name == name


@pytest.mark.parametrize(
    ("environ", "settings", "out", "color"),
    [
        ({}, {}, TERMINAL, True),
        ({}, {}, PIPE, False),
        ({}, {}, None, False),
        ({"TERM": "dumb"}, {}, TERMINAL, False),
        ({"NO_COLOR": "1"}, {}, TERMINAL, False),
        ({"FORCE_COLOR": "1"}, {}, PIPE, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, {}, TERMINAL, False),
        ({"NO_COLOR": "1"}, {"color": "always"}, PIPE, True),
        ({"FORCE_COLOR": "1"}, {"color": "never"}, TERMINAL, False),
        ({}, {"color": "always", "output_file": "report"}, TERMINAL, False),
        ({}, {"color": "always", "output_format": "json"}, TERMINAL, False),
    ],
)
def test_the_colour(environ: dict[str, str], settings: dict[str, Any], out: Any, *, color: bool) -> None:
    assert decided(environ, out=out, **settings).color is color


@pytest.mark.parametrize(
    ("environ", "settings", "err", "progress"),
    [
        ({}, {}, TERMINAL, True),
        ({}, {}, PIPE, False),
        ({}, {}, None, False),
        ({}, {"quiet": True}, TERMINAL, False),
        ({"CI": "true"}, {}, TERMINAL, False),
        ({"PRE_COMMIT": "1"}, {}, TERMINAL, False),
        ({"TERM": "dumb"}, {}, TERMINAL, False),
    ],
)
def test_the_progress(environ: dict[str, str], settings: dict[str, Any], err: Any, *, progress: bool) -> None:
    assert decided(environ, err=err, **settings).progress is progress


HOOK = {"PRE_COMMIT": "1"}


@pytest.mark.parametrize(
    ("environ", "settings", "summed_up", "needed"),
    [  # of a green result, of a red one, of one with a warning
        ({}, {}, [True, True, True], [True, True, True]),
        ({}, {"quiet": True}, [False, False, False], [False, True, True]),
        (HOOK, {}, [False, True, False], [False, True, True]),
        (HOOK, {"verbose": True}, [True, True, True], [True, True, True]),
        (HOOK, {"statistics": True}, [False, True, False], [True, True, True]),
        (HOOK, {"output_file": "report"}, [False, True, False], [True, True, True]),
        (HOOK, {"output_format": "json"}, [False, False, False], [True, True, True]),
        ({}, {"output_format": "json"}, [False, False, False], [True, True, True]),
        ({}, {"output_format": "json", "output_file": "report"}, [True, True, True], [True, True, True]),
    ],
)
def test_what_is_printed_of_a_result(
    environ: dict[str, str], settings: dict[str, Any], summed_up: list[bool], needed: list[bool]
) -> None:
    how = decided(environ, **settings)
    assert [how.summarizes(result) for result in (GREEN, RED, WARNED)] == summed_up
    assert [how.is_needed(result) for result in (GREEN, RED, WARNED)] == needed


ASKED = {
    "nothing": {}, "quiet": {"quiet": True}, "verbose": {"verbose": True}, "statistics": {"statistics": True},
    "colour": {"color": "always"}, "a file": {"output_file": "report"},
    **{each.name: {"output_format": each.name} for each in FORMATS},
}  # fmt: skip


@pytest.mark.parametrize("environ", [{}, HOOK, {**HOOK, "GITHUB_ACTIONS": "true"}], ids=["alone", "hook", "workflow"])
@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_of_a_silent_run_nothing_green_is_printed_and_no_progress(
    environ: dict[str, str], asked: dict[str, Any]
) -> None:
    silent, how = is_silent(Settings(**asked), environ), decided(environ, err=TERMINAL, **asked)
    assert not silent or not (how.is_needed(GREEN) or how.progress)
    assert silent or environ != HOOK or asked  # it is the hook as pre-commit starts it


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.name)
def test_people_have_a_summary_and_programs_their_document_alone(each: Any) -> None:
    how = decided({}, output_format=each.name, statistics=True)
    assert how.summarizes(RED) is each.for_people
    assert how.statistics  # beside the document, on standard error
    assert each.for_people or not each.colored


@pytest.mark.parametrize("each", FORMATS, ids=lambda each: each.name)
def test_what_a_run_noticed_is_told_where_people_read_and_in_a_log(each: Any) -> None:
    told = each.for_people or each.name == "github"
    assert decided({}, output_format=each.name).notices == told
    assert not decided({}, output_format=each.name, quiet=True).notices
    assert decided({}, output_format=each.name, output_file="report").notices
