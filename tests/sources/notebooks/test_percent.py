"""Percent scripts that the settings name are judged as IPython runs their cells, and with the lines of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syntax_guard import Settings, check_sources
from syntax_guard.config.settings import BASELINE
from syntax_guard.sources.notebooks.percent import prepare_script

from .test_cells import found

if TYPE_CHECKING:
    from ...conftest import Folder

VALID = {
    "magics": "# %%\n%matplotlib inline\nx = 1\n# %%\nfiles = !ls\nlen?\n",
    "the marker of VS Code": "#%%\n!ls\n",
    "the marker of an export": "# In[1]:\n!ls\n# In[ ]:\n%pwd\n",
    "the oldest marker": "# <codecell>\n!ls\n",
    "an indented marker": "if 1:\n    x = 1\n    # %%\n%pwd\n",
    "a title, options and depth": '# %% The title\n!ls\n# %%%% below key="x"\n!ls\n',
    "above the first marker": "%load_ext autoreload\nimport a\n# %%\nx = 1\n",
    "automagic": "# %%\ncd src\n\n# %%\npip install a b\n",
    "automagic above two blank lines": "# %%\ncd src\n\n\n# %%\nx = 1\n",
    "await": "# %%\nx = await f()\n# %%\nasync for y in x:\n    pass\n",
    "a future import below": "# %%\nx = 1\n# %%\nfrom __future__ import annotations\n",
    "a future import first": "# %% [markdown]\n# text\n# %%\nfrom __future__ import annotations\nx: int = 1\n",
    "a cell magic in Python": "# %%\n%%time\nx = 1\n",
    "another language": "# %%\n%%bash\necho a b\n# %%\nx = 1\n",
    "another language by its option": '# %% language="bash"\necho a b\n',
    "text in comments": "# %% [markdown]\n# a b\n# %%\n!ls\n",
    "text": "# %% [markdown]\na b c\n# %% A title [raw]\na b c\n# %% [md]\na b c\n",
    "text in quotes": '# %% [markdown]\n"""\na b c\n# %%\na b c\n"""\n# %%\n!ls\n',
    "a marker in a string": "# %%\n!ls\nx = '''\n# %%\n'''\n",
    "quotes that do not count": "# %%\n!ls it's \\\"\nx = '\\'' # \"\"\"\ny = r'\\\\'\n# %%\nz = '\"\"\"'\n# %%\n!ls\n",
    "a text that is empty": '# %%\nx = """"""\ny = "" ""\n# %%\n!ls\n',
    "indented cells": "# %%\n    x = 1\n    !ls\n# %%\ny = 1\n",
    "prompts": "# %%\n>>> x = 1\n>>> !ls\n",
    "a global behind its use": "# %%\nx = 1\n# %%\nglobal x\nx = 2\n# %%\nif 1:\n    global x\n",
    "line ends of Windows": "# %%\r\n!ls\r\n# %%\r\nx = 1\r\n",
    "a byte order mark": "\ufeff# %%\n!ls\n",
    "a coding that does not count": "# -*- coding: ascii -*-\n# %%\n!ls\nx = 'é'\n",
    "a comment that ends in a backslash": "# %%\n!ls\n# \\\n# %%\nx = 1\n",
    "cells without a line": "# %%\n# %%\n\n# %%\n!ls\n# %%\n",
    "no last line end": "# %%\n!ls",
    "no cell in Python": "# %% [markdown]\na b c",
}
BROKEN = {
    "an error": ("# %%\n%pwd\nx = = 1\n", 3),
    "an error behind text": ("# %% [markdown]\na b\n# %%\n!ls\n\n# %%\nx = = 1\n", 7),
    "an error above the first marker": ("x = = 1\n# %%\n!ls\n", 1),
    "a bracket that is closed in the next cell": ("# %%\nx = (\n# %%\n)\n!ls\n", 2),
    "a block that goes on in the next cell": ("# %%\nif x:\n    !ls\n# %%\nelse:\n    y = 1\n", 5),
    "a block without a body": ("# %%\nif x:\n# %%\n    !ls\n", 2),
    "a decorator alone": ("# %%\n@x\n# %%\ndef f(): pass\n!ls\n", 2),
    "a line that ends in a backslash": ("# %%\n!ls\nx = 1 + \\\n# %%\ny = 1\n", 3),
    "a backslash alone": ("# %%\n!ls\n\\\n# %%\ny = 1\n", 3),
    "a header and a backslash": ("# %%\n!ls\nif x: \\\n# %%\ny = 1\n", 3),
    "quotes that stay open": ("# %%\n!ls\nx = '''\n# %%\ny = 1\n", 3),
    "an error behind cells without a line": ("# %%\n# %%\n\n# %%\n!ls\nx = = 1\n", 6),
    "half a block above a text": ("# %%\n!ls\nif x:\n# %% [markdown]\na\nb\nc\n", 3),
    "quotes behind a line that is joined": ("# %%\n!ls\nx = 'a\\\n'; y = '''\n# %%\n'''\n", 5),
    "a return": ("# %%\n!ls\n# %%\nreturn 1\n", 4),
    "a future import that is late": ("# %%\n!ls\ndef f():\n    from __future__ import annotations\n", 4),
    "a future that is none": ("# %%\n!ls\n# %%\nfrom __future__ import nothing\n", 4),
    "a cell magic below code": ("# %%\nx = 1\n%%bash\necho a b\n", 4),
    "automagic beside code": ("# %%\ncd src\nx = 1\n", 2),
    "no text by its options": ('# %% key="[markdown]"\na b c\n', 2),
    "no text by its title": ("# %% markdown\na b c\n", 2),
    "what is no marker": ("# %%bash\necho a b\n", 2),
    "a tag of another kind": ('# %% tags=["raises-exceptions"]\nx = = 1\n', 2),
}
"""Each with the line of the first error."""
OWN = ("what is no marker", "a coding that does not count", "a byte order mark")
"""Those of which Jupytext says something else: to it the first is a magic in a comment, and it refuses the others."""
SCRIPT = BROKEN["an error behind text"][0].encode()
TABLE = '[tool.syntax-guard]\npercent-scripts = ["cells/*.py"]\n'


def judged(folder: Folder, text: str, *more: str) -> list[int | None]:
    folder.write("a.py", text.encode())
    return [line for _, _, line in found(folder, "a.py", "--percent-scripts", "*.py", *more)]


@pytest.mark.parametrize("text", VALID.values(), ids=VALID)
def test_what_ipython_runs_is_valid(text: str, folder: Folder) -> None:
    assert judged(folder, text) == []


@pytest.mark.parametrize(("text", "line"), BROKEN.values(), ids=BROKEN)
def test_what_ipython_refuses_is_found_on_its_line(text: str, line: int, folder: Folder) -> None:
    found_lines = judged(folder, text)
    assert len(found_lines) == 1
    assert line <= (found_lines[0] or 0) <= line + 1  # where what is open ends, some Pythons say


@pytest.mark.parametrize("text", [*VALID.values(), *(text for text, _ in BROKEN.values())])
def test_each_line_stays_where_it_is(text: str) -> None:
    lines = len(text.splitlines())
    assert all(cell.data.count(b"\n") == lines for cell in prepare_script(text.encode()).cells)


def test_a_cell_that_fails_on_purpose_is_a_warning(folder: Folder) -> None:
    text = '# %% tags=["a", "raises-exception"]\n!ls\nx = = 1\n# %%\nx = 1\n# %% {"tags": ["raises-exception"]}\n%pwd\n'
    folder.write("a.py", text.encode())
    run = folder.guard("check", "a.py", "--percent-scripts", "*.py", "--output-format", "concise")
    assert run.code == 0
    assert "a.py:3:" in run.out
    assert judged(folder, text + "# %%\ny = = 1\n") == [3, 9]


def test_what_stands_between_cells_is_not_shown(folder: Folder) -> None:
    folder.write("a.py", b"# %%\n!ls\nif x:\n# %%\ny = 1\n")
    run = folder.guard("check", "a.py", "--percent-scripts", "*.py", "--output-format", "full")
    assert run.out.startswith("a.py:4: syntax-error: ")
    assert "with 0" not in run.out


def test_cells_in_other_languages_are_accounted_for(folder: Folder) -> None:
    folder.write("a.py", b"# %%\nx = 1\n# %% [markdown]\n# text\n# %%\n%%bash\necho a b\n")
    run = folder.guard("check", "--percent-scripts", "*.py", ".", "--output-format", "json")
    assert [(one["path"], one["reason"]) for one in run.json["skipped"]] == [("a.py:cell 2", "other-language")]


@pytest.mark.parametrize("text", ["!ls\n", "x = 1\n# %% \xff\n!ls\n", "# MAGIC %sql\n!ls\n"])
def test_what_has_no_cells_is_judged_as_it_is(text: str, folder: Folder) -> None:
    folder.write("a.py", text.encode("latin-1"))
    assert len(found(folder, "a.py", "--percent-scripts", "*.py")) == 1


def test_standard_input_is_judged_by_its_name(folder: Folder) -> None:
    folder.write("pyproject.toml", TABLE.encode())
    for name, line in (("cells/a.py", 7), ("a.py", 2)):
        ((_, _, at),) = found(folder, "-", "--stdin-filename", name, stdin=SCRIPT)
        assert at == line


def test_sources_of_the_api_are_judged_by_their_names() -> None:
    settings = Settings(percent_scripts=("*_cells.py",))
    results = check_sources([("a_cells.py", b"# %%\n!ls\n"), ("a.py", b"# %%\n!ls\n")], settings)
    assert [result.verdict for result in results] == ["valid", "broken"]


@pytest.mark.parametrize("how", ["flag", "variable", "table", "nested table"])
def test_the_setting_stands_where_each_does(how: str, folder: Folder) -> None:
    folder.write("cells/a.py", b"# %%\n!ls\n")
    folder.write("cells/below/a.py", b"# %%\n!ls\n")
    environ = {"SYNTAX_GUARD_PERCENT_SCRIPTS": "cells/"} if how == "variable" else {}
    if how == "table":
        folder.write("pyproject.toml", TABLE.replace("*.py", "").encode())
    if how == "nested table":  # lists add up downward
        folder.write("pyproject.toml", TABLE.encode())
        folder.write("cells/below/pyproject.toml", TABLE.replace("cells/", "").encode())
    flags = ("--percent-scripts", "cells/") if how == "flag" else ()
    assert folder.guard("check", ".", *flags, environment=environ).code == 0


def test_an_answer_under_the_setting_is_none_without_it(folder: Folder) -> None:
    folder.write("cells/a.py", b"# %%\n!ls\n")
    folder.write("cells/b.py", b"# %% [markdown]\na b\n")
    for _ in range(2):
        folder.write("pyproject.toml", TABLE.encode())
        assert [folder.guard("check", ".").code for _ in range(2)] == [0, 0]
        folder.write("pyproject.toml", b"")
        assert [folder.guard("check", ".").code for _ in range(2)] == [1, 1]


def test_a_baseline_names_the_file(folder: Folder) -> None:
    folder.write("cells/a.py", SCRIPT)
    folder.write("pyproject.toml", TABLE.encode())
    assert folder.guard("baseline").code == 0
    assert b'"cells/a.py"' in (folder.path / BASELINE).read_bytes()
    assert folder.guard("check", ".").code == 0
    assert folder.guard("check", ".", "--isolated").code == 1


def test_no_bytecode_is_written_of_what_was_prepared(folder: Folder) -> None:
    folder.write("cells/a.py", b"# %%\n!ls\n")
    folder.write("pyproject.toml", TABLE.encode())
    assert folder.guard("check", ".", "--write-bytecode").code == 0
    assert not list(folder.path.rglob("*.pyc"))
