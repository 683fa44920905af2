"""Other broken lines of a broken file: each that is named is broken by itself, and one fault names none."""

from __future__ import annotations

import ast
import random
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import syntax_guard
from syntax_guard.findings.further import FurtherLines
from syntax_guard.model import Problem
from syntax_guard.processes import _compile_worker

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = [
    *sorted(Path(syntax_guard.__file__).parent.rglob("*.py"))[::9],
    *sorted(Path(sysconfig.get_path("stdlib")).glob("[a-q]*.py")),
]


def error(text: str) -> tuple[int, str] | None:
    answer = _compile_worker.judge(text.encode())
    found = answer and answer["error"]
    return (found["line"] or 0, found["message"]) if found else None


def further(text: str) -> tuple[int, ...]:
    line, message = error(text) or (0, "")
    return FurtherLines().after(Problem("SyntaxError", message, line), text.encode())


THREE = """\
\"\"\"Words (of prose.

They = stand here, at the margin
\"\"\"
import os

def first(a):
    return a +

@decorated
class Second:
    \"\"\"Words.

    More (of them.
    \"\"\"
    x = = 1

def third():
    pass

return 3
"""


def test_each_is_named_once_with_the_line_that_cpython_would_name() -> None:
    assert further(THREE) == ()  # "They = stand" looks like code, so a quote could be missing
    assert further(THREE.replace("They = stand", "They stand")) == (16, 21)
    assert further(THREE.replace("They = stand", "They stand").replace("\n", "\r\n")) == (16, 21)


@pytest.mark.parametrize(
    "text",
    [
        'x = """a\ny = 1\nS = """\nsome words\nother words\n"""\n',
        'x = """a\nS = """\nsome words\nother words\nT = """a\n"""\n',
        'x = {\n"a": 1,\n"b": 2\n\nimport os\n',
        "x = {\n'a': 1,\ndef f(\n'b': 2,\n}\n",
        "x = f(1,\nimport os\n    2)\n",
        "try:\n    x = 1\ny = 2\n",
        "if x:\ny = 2\nz = 3\n",
        "x = 1 + \\\nimport os\n",
        "class A:\n    def f(self):\n        pass\n  def g(self):\n        return 1\n",
        "def f(:\n",
        "<<<<<<< HEAD\ny = 2\n=======\ny = 3\n>>>>>>> topic\n",
        "x = 1 2",
    ],
)
def test_one_fault_names_no_other_line(text: str) -> None:
    assert error(text)
    assert further(text) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"x x\n" + b"# " + b"x" * 40_000 + b"\ny y\n",  # not judged in this process
        b"# coding: latin-1\nx x\ny y\n",
        b"x x\ry y\n",
        b"x x\n" * 9,
    ],
    ids=["large", "other codec", "carriage return", "many"],
)
def test_nothing_is_named_where_it_is_not_looked_for(data: bytes) -> None:
    assert FurtherLines().after(Problem("SyntaxError", "invalid syntax", 1), data) == ()


def test_a_run_looks_at_so_many() -> None:
    looks = FurtherLines()
    named = [looks.after(Problem("SyntaxError", "invalid syntax", 1), b"x x\ny y\n") for _ in range(65)]
    assert named == [(2,)] * 64 + [()]


def mutated(text: str, first: int, end: int, choice: random.Random) -> str:
    """`text` with a slip of the hand in one of its lines from index `first` up to `end`; as many lines as before."""
    lines = text.split("\n")
    at = choice.randrange(first, end)
    line = lines[at]
    marks = [place for place, character in enumerate(line) if character in "()[]{}\"':,=\\#"]
    place = choice.randrange(len(line) + 1)
    kind = choice.randrange(6)
    if kind == 0 and marks:
        place = choice.choice(marks)
        line = line[:place] + line[place + 1 :]
    elif kind == 1:
        line = line[:place] + choice.choice("()[]{}\"':,=\\#$?! ") + line[place:]
    elif kind == 2 and '"""' in line:
        line = line.replace('"""', "", 1)
    elif kind == 3:
        line = choice.choice([" " + line, line.lstrip()])
    elif kind == 4:
        line = line[:place]
    else:
        line = line[:place] + choice.choice(['"""', "= =", "def f(", "return", "x y"]) + line[place:]
    return "\n".join([*lines[:at], line, *lines[at + 1 :]])


def texts(choice: random.Random, rounds: int) -> Iterator[str]:
    for path in choice.choices(SOURCES, k=rounds):
        text = path.read_text(encoding="utf-8")
        if text.isascii() and 500 < len(text) < 30_000:
            yield text


ROUNDS = 150


def test_no_single_slip_names_another_line() -> None:
    choice = random.Random(1)
    broken = 0
    for text in texts(choice, ROUNDS):
        slipped = mutated(text, 0, text.count("\n"), choice)
        if error(slipped):
            broken += 1
            assert further(slipped) == (), slipped
    assert broken > ROUNDS // 4


@pytest.mark.slow
def test_each_line_that_is_named_is_a_slip_of_its_own() -> None:
    choice = random.Random(2)
    possible = named = 0
    for text in texts(choice, ROUNDS):
        nodes = [node for node in ast.parse(text).body[1:] if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        slips: dict[int, tuple[int, int]] = {}
        every = text
        for node in choice.sample(nodes, min(3, len(nodes))):
            place = (node.lineno, node.end_lineno or node.lineno)
            alone = mutated(text, place[0] - 1, place[1], random.Random(node.lineno))
            said = error(alone)
            if said and place[0] <= said[0] <= place[1]:
                slips[said[0]] = place
                every = mutated(every, place[0] - 1, place[1], random.Random(node.lineno))
        if len(slips) > 1:
            lines = further(every)
            first = (error(every) or (0, ""))[0]
            assert set(lines) <= set(slips) - {first}, every
            possible += len(slips) - 1
            named += len(lines)
    assert named > possible // 4 > 5
