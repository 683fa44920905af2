"""IPython's syntax becomes Python: the same cells are accepted and refused as IPython has it."""

from __future__ import annotations

import os
import random
import sys
import warnings

import pytest

from syntax_guard.sources.notebooks.magics import MOST
from syntax_guard.sources.notebooks.plain import to_python
from syntax_guard.sources.notebooks.single_line import LINE_MAGICS
from syntax_guard.sources.notebooks.top_level import to_module

from .ipython import refuses, shell
from .odd_cells import CELLS


def refused_in(cell: str) -> int | None:
    """The line of `cell` that is refused, 0 where none is named, None where it is accepted."""
    python = to_python(cell)
    assert python is not None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(to_module(python.encode()), "cell", "exec", 0, True)
        except (SyntaxError, ValueError) as error:
            return getattr(error, "lineno", 0) or 0
    return None


ACCEPTED = {
    "plain": "a = 1\nb = [\n  2,\n]\n",
    "line magic": "%matplotlib inline\nimport os\n",
    "line magic that looks broken": "%time x = (\ny = 1\n",
    "line magic indented": "if True:\n    %time f()\n",
    "line magic over two lines": "%time f(1, \\\n  2)\nx = 1\n",
    "magic as a value": "x = %timeit -o f()\n",
    "magic as a value, indented": "def f():\n    x = %pwd\n    return x\n",
    "shell escape": "!pip install 'x\nx = 1\n",
    "shell escape over two lines": "!ls \\\n  -l \"\nx = 1\n",
    "captured shell escape": "!!ls\n",
    "shell escape as a value": "files = !ls -l 'it\n",
    "shell escape as the value of two names": "a, b = !ls\n",
    "shell escape as an annotated value": "a: list = !ls\n",
    "shell escape as the value of an item": "a['b=c'] = !ls\n",
    "help before": "?len\n",
    "more help before": "??len\n",
    "help behind": "len?\n",
    "more help behind": "os.path.join??\n",
    "help on a magic": "%time?\n",
    "help on a cell magic": "%%time?\n",
    "help on an item": "a[0].b?\n",
    "help behind a pattern": "*int*?\n",
    "quoting escapes": ",f a b\n;f a b\n/f a b\n",
    "await": "x = await f()\nasync with a as b:\n    pass\nx = [i async for i in a]\n",
    "percent in an expression": "a = (5\n  % 3)\n",
    "exclamation in a string": "a = '''\n!ls\n%time\nx?\n'''\n",
    "question in a comment": "a = 1  # really?\n",
    "escape in brackets is no escape but in a string": "f(\n'!ls'\n)\n",
    "hash in a string": "a = '#' + b'#'  # x\n!ls\n",
    "backslash at the end of a string": "a = 'x\\\\'\n!ls\n",
    "continued string": "a = 'x\\\n%y'\n!ls\n",
    "indented cell": "    a = 1\n    !ls\n    b = 2\n",
    "pasted session": ">>> a = 1\n>>> if a:\n...     b = 2\n",
    "pasted session below code": "a = 1\nb = 2\n>>> c = 3\n>>> if a:\n...     d\n",
    "doctest in a text": "def f():\n    \'\'\'Doubled.\n\n    >>> f()\n    2\n    \'\'\'\n    return 1\n",
    "pasted IPython session": "In [1]: a = 1\nIn [2]: b = 2\n",
    "empty": "",
    "blank": "\n  \n",
    "no last newline": "%time",
    "a statement behind a magic": "%load_ext x\nfor i in range(3):\n    !echo {i}\n    print(i)\n",
    "comparison": "a = b != c\nd = e <= f\n",
    "coding line that is none": "# coding: no-such-coding\na = 1\n",
    "keyword argument with a magic character": "f(a=1, b=2 % 3)\n",
    "magic as a value on the next line": "x = \\\n%pwd\n",
    "magic with a comment": "%time f()  # what?\n",
    "timed cell": "%%time\na = 1\n!ls\n",
    "timed cell below blank lines": "\n\n%%time -n 3\nawait f()\n",
    "captured cell with another magic": "%%capture out\n%%time\nx = !ls\n",
    "form feed": "\fa = 1\n",
    "semicolon": "plot();\n",
    "future import": "# x\nfrom __future__ import annotations\n",
    "future import behind a magic": "%matplotlib inline\nfrom __future__ import annotations\n",
    "future import behind a statement": "import os\nfrom __future__ import (\n  annotations)\n",
    "carriage returns": "a = 1\r\n!ls\r\nb = 2\r\n",
    "magic without its sign": "cd src\n",
    "magic without its sign, below blank lines": "\n\npip install a b\n",
    "magic without its sign and with a call": "timeit f(x)\n",
    "magic without its sign nor a blank": "ls|grep x\n",
    "magic without its sign behind the call escape": "/ cd src\n",
    "assignment to a magic's name": "cd = 3\n",
    "assignment to two names": "time, x = 1, 2\n",
    "exit with an argument": "exit 3\n",
    "exit with a comment": "exit;\n",
    "escape with brackets above help": "!echo (\nlen?\n",
    "global behind a use": "x = 1\nglobal x\n",
    "global in a line": "x = 1; global x, y; y = 2\n",
    "lines that only IPython sees": "\u2028!ls\n",
    "nested brackets and quotes in an f-string": "x = f'{a[0]!r:>{b}}'\n!ls\n",
    "499 magics with brackets": "%time f(\n" * 20,
    "backslash at the end": "    1 \\\n    ",
}  # fmt: skip

NEWER_RULES = (9, 10)
"""The first IPython that takes off the indentation which all lines share, and prompts wherever they begin."""
ACCEPTED_SINCE = {"pasted session below code": NEWER_RULES}
"""The first IPython that accepts a cell of `ACCEPTED`; an older one is no oracle for it (Python 3.10 has only 8)."""

REFUSED = {
    "plain": ("a = 1\nb = = 2\n", 2),
    "behind a magic": ("%time x\na = )\n", 2),
    "behind a magic over two lines": ("!ls \\\n -l\na b\n", 3),
    "in a timed cell": ("%%time\na = 1\nb c\n", 3),
    "below blank lines": ("\n\n\n%%time\nb c\n", 5),
    "magic behind a colon": ("if a: %time\n", 1),
    "magic as the value of two": ("a = b = %pwd\n", 1),
    "shell escape in a call": ("f(!ls)\n", 1),
    "shell escape as an argument": ("f(a=!ls)\n", 1),
    "added shell escape": ("a += !ls\n", 1),
    "help on a call": ("f()?\n", 1),
    "blank behind help": ("a?  \n", 1),
    "blank behind the call escape": ("a = 1\n/ f\n", 2),
    "question in the middle": ("a ? b\n", 1),
    "return": ("return 1\n", 1),
    "future that does not exist": ("from __future__ import no_such\n", 1),
    "assignment to a call": ("f() = %pwd\n", 1),
    "not equal at the start": ("a = (\n!= 3)\n", 2),
    "open bracket before a magic": ("a = (1,\n%time x\n", 1),
    "magic without its sign above a blank line": ("cd src\n\n", 1),
    "magic without its sign below a comment": ("# x\ncd src\n", 2),
    "call of exit that is none": ("exit a b\n", 1),
    "assignment to exit": ("exit = 3\n", 1),
    "unknown magic without its sign": ("frobnicate x\n", 1),
    "forced call that is none": (",f 'a\"\n", 1),
    "global in a block": ("if a:\n    x = 1\n    global x\n", 3),
    "late future that does not exist": ("import a\nfrom __future__ import no_such\n", 2),
    "byte order mark": ("\ufeffx = 1\n", 1),
    "merge conflict": ("<<<<<<< HEAD\na = 1\n", 1),
}

NOT_PYTHON = [
    "%%bash\nls |\n",
    "%%html\n<b>\n",
    "\n%%writefile a.py\nx = (\n",
    "%%time\n%%bash\nls\n",
    "%%!\nls\n",
    "%%sql x\n",
]


def lines(text: str) -> int:
    return len(text.encode().splitlines())  # as Python counts them


def ipython_version() -> tuple[int, int]:
    release = pytest.importorskip("IPython.core.release", reason="IPython is not installed")
    major, minor = release.version_info[:2]
    return major, minor


def ipython_accepts(name: str) -> bool:
    """Whether the IPython that is installed is new enough to accept the cell of this name."""
    return ipython_version() >= ACCEPTED_SINCE.get(name, (8, 0))


def has_newer_rules(cell: str) -> bool:
    """Whether IPython 9.10 changed how it takes off what surrounds this cell: an indented top, or Python's prompts."""
    texts = [line for line in cell.splitlines() if line.strip()]
    indented = bool(texts) and texts[0][0].isspace()
    return indented or any(line.startswith((">>>", "...")) for line in texts)


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_cell_that_ipython_runs_is_accepted(name: str) -> None:
    cell = ACCEPTED[name]
    assert refuses(cell) != ipython_accepts(name)
    assert refused_in(cell) is None
    assert lines(to_python(cell) or "") == lines(cell if cell.endswith("\n") else cell + "\n")


@pytest.mark.parametrize(("cell", "line"), REFUSED.values(), ids=REFUSED.keys())
def test_a_broken_cell_is_refused_in_its_line(cell: str, line: int) -> None:
    assert refused_in(cell) == line
    assert "%%" in cell or refuses(cell)  # IPython looks into a timed cell when it runs it


def test_help_below_an_open_bracket_is_for_the_tokenizer_to_find() -> None:
    # At the end of a text, that of Python 3.12 has one token more, and IPython does not find the question mark.
    cell = "a = [1,\nlen?\n"
    refused = sys.version_info >= (3, 12)
    assert refuses(cell) == refused
    assert (refused_in(cell) is not None) == refused


def test_the_magics_of_ipython_are_known() -> None:
    assert set(shell().magics_manager.lsmagic()["line"]) <= LINE_MAGICS


@pytest.mark.parametrize("cell", ["cd src\n", "exit 3\n"])
def test_a_name_of_an_earlier_cell_is_no_magic(cell: str) -> None:
    assert to_python(cell, {"cd", "exit"}.__contains__) == cell


@pytest.mark.parametrize(
    ("cell", "databricks", "python"),
    [
        ("%sql\nSELECT 1\n", False, False),
        ("%md\n# Title\n", False, False),
        ("%scala\nval x = 1\n", False, False),
        ("%sql SELECT 1\nx = 1\n", False, True),
        ("%sql SELECT 1\nFROM x\n", True, False),
        ("%python\nx = 1\n", True, True),
        ("%sql\n", False, True),
    ],
)
def test_a_cell_of_databricks(cell: str, databricks: bool, python: bool) -> None:
    assert (to_python(cell, databricks=databricks) is not None) == python


@pytest.mark.parametrize("magic", ["%time f()\n", "%time f(')')\n"])
def test_ipython_gives_up_on_too_many_magics(magic: str) -> None:
    transformer = pytest.importorskip("IPython.core.inputtransformer2", reason="IPython is not installed")
    assert transformer.TRANSFORM_LOOP_LIMIT == MOST + 1
    assert refused_in(magic * MOST) is None
    assert refused_in(magic * (MOST + 1)) == MOST + 1


def test_a_plain_body_has_nothing_of_ipython() -> None:
    assert refused_in("%%python\n!ls\n") == 2
    assert refused_in("%%python3\nx = 1\n") is None


@pytest.mark.parametrize("cell", NOT_PYTHON)
def test_a_cell_in_another_language_is_left_out(cell: str) -> None:
    assert to_python(cell) is None


PIECES = [
    "x = %pwd", "a = 1", "b = [1,\n2]", "c = '''\n%d\n'''", "!!ls", "if a:", "    %time", "    x = !ls", "    pass",
    "d = 'e\\\n%f'", "# f?", "# !ls", "%h \\", "!i \\", "", "j = \\", "1 \\", "+ 2", "r != s", "!= t", "await w",
    "return", "/m n", ",k l", "async def u(): await v", "x: int = !ls", "a, *b = %pwd", "x == !ls", "lambda: x = %y",
    "f'{a!r}'", "print(a % b)", "%time x = (", "!ls 'a", 'x = !ls "b', "b = [1,", "2]", "'''", "c = '''", "g(", ")",
    "o = (p", "% q)", "y?", "z.a??", "?z", "a = b?", "c[0]?", "e()?", "%time?", "x = %pwd?", "!ls *?", "    y?",
    "cd src", "timeit f(x)", "ls -l", "cd = 3", "time, x = 1, 2", "exit", "exit 3", "ls|grep x", ">>> a = 1", "... b",
    "  ", "    b", "In [3]: x = 2", "   ...: y = 3", "from __future__ import annotations",
    "from __future__ import nope", "global x", "x = 1; global x", "async with a as b:", "[i async for i in j]",
    "def f():", "    await g()", "    global x", "\tq = 1", ";f a b", "/f", "/ f", "/cd x", ",f 'a", "%", "!", "?",
    "??", "x = !ls (", "x = '''a'''; y = !ls", "class A:", "a? ", "a.5?", "a[x]?", "a[-1].b?", "x\f!ls", "z = 1\r",
    "1abc", "\u2028!ls", "x = $y", "with a as b, \\", "try:", "else:", "x = f'{y[\"z\"]}'", "exit(3)", "a???", "x=%",
    "x=!", "it's?", "x = (1 +\n  2) ; !ls", "if x: %time y", "!echo #(",
]  # fmt: skip


def is_judged_as_ipython_judges_it(cell: str) -> bool:
    if ipython_version() < NEWER_RULES and has_newer_rules(cell):
        return True  # Python 3.10 has only IPython 8, which is no oracle for it
    return (refused_in(cell) is not None) == refuses(cell)


@pytest.mark.parametrize("kind", CELLS)
def test_an_odd_cell_is_judged_as_ipython_judges_it(kind: str) -> None:
    assert [cell for cell in CELLS[kind] if not is_judged_as_ipython_judges_it(cell)] == []


def test_the_table_of_odd_cells_has_more_than_700() -> None:
    assert len({cell for cells in CELLS.values() for cell in cells}) > 700


@pytest.mark.parametrize("seed", range(20))
def test_generated_cells_are_judged_as_ipython_judges_them(seed: int) -> None:
    """As many as `SYNTAX_GUARD_NOTEBOOK_CELLS` says, where a run has more time for them."""
    chance = random.Random(seed)
    for _ in range(int(os.environ.get("SYNTAX_GUARD_NOTEBOOK_CELLS", "1000")) // 20):
        cell = "\n".join(chance.choices(PIECES, k=chance.randint(1, 6))) + chance.choice(["\n", "", "\n\n"])
        assert is_judged_as_ipython_judges_it(cell), repr(cell)


def test_much_of_a_hostile_cell_is_not_read_again_and_again() -> None:
    assert refused_in("%time f(\n" * 10_000 + "a" * 10_000 + " ?\n") is not None
