"""A hint names the cause that the bytes give away, and nothing else.

Each folder in ``cases`` has sources as people meet them and, in ``hint.txt``, the hint that all of them get; none for
those in ``none``. A source whose name says ``until_3_13`` is valid on newer Pythons.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syntax_guard import check_source
from syntax_guard.findings.hints.rules import RULES, hint
from syntax_guard.findings.hints.trial import Trials
from syntax_guard.model import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from syntax_guard.findings.hints.look import Look

HERE = os.path.dirname(os.path.abspath(__file__))


def found() -> list[tuple[str, bytes, str]]:
    """Return (name, bytes, hint) of each case."""
    cases = []
    for folder, _, names in sorted(os.walk(os.path.join(HERE, "cases"))):
        for name in sorted(names):
            if name.endswith(".src"):
                data, said = (Path(folder, each).read_bytes() for each in (name, "hint.txt"))
                cases.append((f"{os.path.basename(folder)}/{name[:-4]}", data, said.decode().strip()))
    return cases


CASES = found()


@pytest.mark.parametrize(("name", "data", "expected"), CASES, ids=[name for name, _, _ in CASES])
def test_an_error_has_the_hint_of_its_cause(name: str, data: bytes, expected: str) -> None:
    if name.endswith("until_3_13") and sys.version_info >= (3, 14):
        pytest.skip("valid since Python 3.14")
    (error,) = (each for each in check_source(data) if each.severity == "error")
    assert (error.hint or "") == expected


def test_every_hint_is_one_line_that_fits_beside_its_message() -> None:
    assert len(CASES) > 60
    assert all("\n" not in said and len(said) < 120 for _, _, said in CASES)


def test_no_bytes_and_no_place_make_it_fail() -> None:
    chance = random.Random(20211101)
    sources = [data for _, data, _ in CASES]
    for _ in range(3000):
        data = bytearray(chance.choice(sources) + chance.choice(sources))
        for _ in range(chance.randrange(5)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        message = chance.choice(["", "invalid character (U+110000)", "U+0000 invalid character", "can't decode", "BOM"])
        problem = Problem(
            chance.choice(["SyntaxError", "IndentationError", "UnicodeDecodeError", "ValueError", "Crashed"]),
            message,
            chance.choice([None, 0, 1, 2, 5, 10**9, -1]),
            chance.choice([None, 0, 1, 5, 10**9]),
        )
        said = hint(problem, bytes(data))
        assert said is None or said.isprintable()


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "{{",
            "{%",
            "<%",
            "${a",
            "{#",
            "'\\",
            '"',
            "\\",
            " ",
            "print ",
            "except ",
            "a,",
            "(",
            "0",
            "lambda",
            "`",
            "\t x",
        ),
        *("<<<<<<< ", "\n<<<<<<< x", "def f(a,", "raise ", "../a", "0x", '{"a"', "\0", "\xff"),
    ],
)
@pytest.mark.parametrize("start", ["", "'", "def f(", "except "])
def test_a_large_hostile_source_is_looked_at_in_linear_time(start: str, piece: str) -> None:
    """A rule of another order takes hours here, a linear one a tenth of a second."""
    data = (start + piece * (1_000_000 // len(piece))).encode("latin-1")
    said = hint(Problem("IndentationError", "invalid syntax", 1, 1), data)
    assert said is None or said.isprintable()


@pytest.mark.parametrize(("length", "tried"), [(400, True), (401, False)])
def test_no_long_line_is_rewritten(length: int, tried: bool) -> None:
    """What is searched in a line takes the square of its length: a number of 16,000 digits took 20 s."""
    data = b"x = 1\n" + b"y" * (length - 3) + b" = \n"
    assert (Trials().of(data, 2) is not None) == tried


def test_the_documentation_lists_every_hint() -> None:
    with open(os.path.join(HERE, "..", "..", "..", "docs", "hints.md"), encoding="utf-8") as file:
        listed = file.read()
    assert not {said for _, _, said in CASES if said and f"| {said} |\n" not in listed}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_gives_the_hint_of_a_case(rule: Callable[[Look], str | None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The other rules are left out, so that the hint is this one's."""
    monkeypatch.setattr("syntax_guard.findings.hints.rules.RULES", (rule,))
    said = [(check_source(data), expected) for _, data, expected in CASES if expected]
    assert any(each.hint == expected for found, expected in said for each in found)
