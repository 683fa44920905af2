"""Jupytext is asked: a percent script is as valid as the notebook that it makes of it, and broken on the same lines.

``python -m tests.sources.notebooks.by_jupytext 5000`` asks about so many generated scripts, and about the tests' own.
"""

from __future__ import annotations

import importlib
import random
import sys
import warnings
from typing import TYPE_CHECKING, Any

from syntax_guard.sources.notebooks.cells import prepare
from syntax_guard.sources.notebooks.percent import prepare_script

from .test_percent import BROKEN, OWN, VALID

# ruff: noqa: T201

JUPYTEXT: Any = importlib.import_module("jupytext")
NBFORMAT: Any = importlib.import_module("nbformat")

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syntax_guard.sources.notebooks.cells import Cell

LINES = (
    r"""
# %%|# %%|# %%|# %%|#%%|# %% a title|# %% [markdown]|# %% a title [raw]|# %% tags=["raises-exception"]
# %% language="bash"|# In[1]:|    # %%|# %% x="[markdown]"|# %%%% below
x = 1|x = 1|x += 1|y = x|pass|    z = 2|  z = 3|if x:|else:|try:|except x:|def f():|@f|class A:|for a in x:
%pwd|!ls|    !ls|x?|a = %pwd|a = !ls|cd src|pip install a b|%%time|%%bash|%%capture out|,f a b
(|)|x = (1,|]|QQQ|'''|x = '''|f("it's")|x = '\''|x = "\\"|x = r'\'|\|x = 1 + \|if x: \|# note|# note \
return x|await f()|async with x: pass
from __future__ import annotations|global x|yield x|print 1|a b|>>> x = 1|... y = 2
""".strip()
    .replace("\n", "|")
    .replace("QQQ", '"' * 3)
    .split("|")
)
MARKERS = LINES[:9]
BLANK = ["", "", "", " "]


def scripts(count: int) -> Iterator[str]:
    """So many scripts, the same each time."""
    chosen = random.Random(7)
    for _ in range(count):
        lines = chosen.choices([*LINES, *BLANK], k=chosen.randint(1, 9))
        lines.insert(chosen.randrange(len(lines) + 1), chosen.choice(MARKERS))
        yield "".join(f"{line}\n" for line in lines)


def refused(cells: tuple[Cell, ...]) -> list[int]:
    """The lines on which the compiler refuses some of `cells` that have to be valid; 0 for a line that is not there."""
    found = []
    for cell in cells:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(cell.data, "cell", "exec", 0, True)
        except (SyntaxError, ValueError) as error:
            if not cell.may_fail:
                found.append(getattr(error, "lineno", 0) or 0)
    return found


def differs(text: str) -> str | None:
    """What Jupytext and IPython say otherwise of the script `text`; None for nothing."""
    made = prepare_script(text.encode()).cells
    if not made:
        return None
    mine = refused(made)
    notebook = JUPYTEXT.reads(text, fmt="py:percent")
    for position, cell in enumerate(cell for cell in notebook.cells if cell.cell_type == "code"):
        cell.id = str(position)
    theirs = prepare(NBFORMAT.writes(notebook).encode())
    broken = [cell for cell in theirs.cells if refused((cell,))]
    if bool(mine) != bool(broken):
        return f"{mine} here, and there {[cell.number for cell in broken]}"
    if not mine:
        return None
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    code = [line for line in text.splitlines()[: mine[0]] if line.strip() and not line.lstrip().startswith("#")]
    near = code[-2:]  # what ends too early is refused on the line where the next thing begins
    if not any(line in sources[cell.number - 1].splitlines() for cell in broken for line in near):
        return f"line {mine[0]} here, and there {[cell.number for cell in broken]}"
    return None


def main(count: int) -> int:
    told = {**VALID, **{name: text for name, (text, _) in BROKEN.items()}}
    asked = [*(text for name, text in told.items() if name not in OWN), *scripts(count)]
    found = [(text, said) for text in asked if (said := differs(text))]
    for text, said in found[:20]:
        print(f"{said}: {text!r}")
    valid = sum(not refused(prepare_script(text.encode()).cells) for text in asked)
    print(f"{len(asked)} percent scripts, {valid} valid; Jupytext and IPython say otherwise of {len(found)}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
