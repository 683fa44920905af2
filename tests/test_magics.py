"""IPython's syntax becomes Python: the same cells are accepted and refused as IPython's own transformer has it."""

from __future__ import annotations

import ast
import random
import warnings
from typing import TYPE_CHECKING

import pytest

from syntax_guard.magics import to_python

if TYPE_CHECKING:
    from pathlib import Path


def refused_in(python: str) -> int | None:
    """The line that this Python refuses, 0 where it names none, None where it accepts the text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(python, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
        except SyntaxError as error:
            return error.lineno or 0
    return None


def ipython(cell: str) -> str:
    """The cell as IPython rewrites it."""
    transformer = pytest.importorskip("IPython.core.inputtransformer2", reason="IPython is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text: str = transformer.TransformerManager().transform_cell(cell)
    return text


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
}  # fmt: skip

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
    return len(text.splitlines())


@pytest.mark.parametrize("cell", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_cell_that_ipython_runs_is_accepted(cell: str) -> None:
    if "__future__" not in cell:  # the transformer keeps it, and the shell then compiles statement by statement
        assert refused_in(ipython(cell)) is None
    python = to_python(cell)
    assert python is not None
    assert refused_in(python) is None
    assert lines(python) == lines(cell)


@pytest.mark.parametrize(("cell", "line"), REFUSED.values(), ids=REFUSED.keys())
def test_a_broken_cell_is_refused_in_its_line(cell: str, line: int) -> None:
    python = to_python(cell)
    assert python is not None
    assert refused_in(python) == line
    assert "%%" in cell or refused_in(ipython(cell)) is not None  # IPython looks into a timed cell when it runs it


@pytest.mark.parametrize("cell", NOT_PYTHON)
def test_a_cell_in_another_language_is_left_out(cell: str) -> None:
    assert to_python(cell) is None


COMMON = [
    "x = %pwd", "a = 1", "b = [1,\n2]", "c = '''\n%d\n'''", "!!ls", "if a:", "    %time", "    x = !ls", "    pass",
    "d = 'e\\\n%f'", "# f?", "# !ls", "%h \\", "!i \\", "", "j = \\", "1 \\", "+ 2", "r != s", "!= t", "await w",
    "return", "/m n", ",k l", "async def u(): await v", "x: int = !ls", "a, *b = %pwd", "x == !ls", "lambda: x = %y",
    "f'{a!r}'", "print(a % b)", "%%time",
]  # fmt: skip
OPEN = ["%time x = (", "!ls 'a", 'x = !ls "b', "b = [1,", "2]", "'''", "c = '''", "g(", ")", "o = (p", "% q)"]
HELP = ["y?", "z.a??", "?z", "a = b?", "c[0]?", "e()?", "%time?", "x = %pwd?", "!ls *?", "    y?"]


# Apart, because IPython throws away all that stands between an open bracket or quote and the next help, broken or not.
@pytest.mark.parametrize("pieces", [COMMON + OPEN, COMMON + HELP], ids=["open", "help"])
@pytest.mark.parametrize("seed", range(20))
def test_generated_cells_are_judged_as_ipython_judges_them(seed: int, pieces: list[str]) -> None:
    chance = random.Random(seed)
    for _ in range(50):
        cell = "\n".join(["start = 0", *chance.choices(pieces, k=chance.randint(1, 5))]) + "\n"
        python = to_python(cell)
        assert python is not None
        assert (refused_in(python) is None) == (refused_in(ipython(cell)) is None), cell
        assert lines(python) == lines(cell), cell


def test_an_open_bracket_above_help_is_refused() -> None:
    python = to_python("a = [1,\nlen?\n")
    assert python is not None
    assert refused_in(python) is not None


@pytest.mark.parametrize("cell", [cell for cell in ACCEPTED.values() if "__future__" in cell])
def test_the_shell_accepts_a_late_future_import(cell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = pytest.importorskip("IPython.core.interactiveshell", reason="IPython is not installed").InteractiveShell()
    shell.history_manager.end_session()
    shell.register_magic_function(print, magic_name="matplotlib")
    assert shell.run_cell(cell, silent=True).error_before_exec is None
