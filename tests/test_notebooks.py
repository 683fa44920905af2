"""Which cells of a notebook are judged, and what is said of a file that is no notebook."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

import pytest

from syntax_guard.notebooks import cells
from syntax_guard.reading import UnreadableError

if TYPE_CHECKING:
    from .conftest import Folder


def notebook(*sources: object, metadata: object = None) -> bytes:
    code = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    return json.dumps({"nbformat": 4, "metadata": metadata or {}, "cells": code}).encode()


def test_a_cell_has_its_number_its_name_and_its_text() -> None:
    first, second = cells(notebook("a = 1\n", ["%time\n", "b = 2"]), "n.ipynb")
    assert (first.number, first.name, first.text) == (1, "n.ipynb:cell 1", "a = 1\n")
    assert (second.number, second.text, second.data) == (2, "%time\nb = 2", b"pass\nb = 2")


def test_a_cell_is_judged_like_a_module() -> None:
    (cell,) = cells(notebook("%time f()\nx = await g()\n"), "n")
    compile(cell.data, cell.name, "exec", 0, True)


def test_only_code_cells_count() -> None:
    document = {
        "nbformat": 4,
        "cells": [
            {"cell_type": "markdown", "source": "a b"},
            {"cell_type": "code", "source": "a = 1"},
            {"cell_type": "raw", "source": "a b"},
            {"cell_type": "code", "source": "%%bash\nls"},
            {"cell_type": "code", "source": "b = 2"},
        ],
    }
    assert [cell.number for cell in cells(json.dumps(document).encode(), "n")] == [1, 3]


def test_nbformat_3() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": ["a = 1"]}]}
    (cell,) = cells(json.dumps({"nbformat": 3, "worksheets": [sheet]}).encode(), "n")
    assert cell.text == "a = 1"


@pytest.mark.parametrize(
    ("metadata", "count"),
    [
        ({}, 1),
        ({"kernelspec": {"language": "python"}}, 1),
        ({"kernelspec": {"language": "R"}}, 0),
        ({"language_info": {"name": "python"}, "kernelspec": {"language": "x"}}, 1),
        ({"language_info": {"name": "julia"}}, 0),
        ({"kernelspec": 3}, 1),
        ("x", 1),
    ],
)
def test_only_notebooks_in_python_are_judged(metadata: object, count: int) -> None:
    assert len(cells(notebook("a", metadata=metadata), "n")) == count


@pytest.mark.parametrize(
    ("data", "line"),
    [
        pytest.param(b"", 1, id="empty"),
        pytest.param(b'{"cells": [\n', 2, id="cut off"),
        pytest.param(b'{\n"cells": [}\n', 2, id="broken"),
        pytest.param(b"[]", None, id="a list"),
        pytest.param(b"{}", None, id="no cells"),
        pytest.param(b'{"cells": 3}', None, id="cells are no list"),
        pytest.param(b'{"cells": [{"cell_type": "code"}]}', None, id="a cell without source"),
        pytest.param(b'{"cells": [{"cell_type": "code", "source": [3]}]}', None, id="a source that is no text"),
        pytest.param(b"\xff\xfe\xfa", None, id="not UTF-8"),
        pytest.param(b"[" * 100_000, None, id="nested without end"),
    ],
)
def test_what_is_no_notebook_is_unreadable(data: bytes, line: int | None) -> None:
    with pytest.raises(UnreadableError) as raised:
        cells(data, "n")
    assert raised.value.problem.line == line
    assert raised.value.problem.message.startswith("not a notebook")


def test_a_surrogate_is_no_python() -> None:
    (cell,) = cells(notebook("a = '\ud800'"), "n")
    with pytest.raises(SyntaxError):
        compile(cell.data, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)


def test_a_notebook_that_nbformat_writes() -> None:
    nbformat: Any = pytest.importorskip("nbformat.v4", reason="nbformat is not installed")
    written = nbformat.writes(nbformat.new_notebook(cells=[nbformat.new_code_cell("a = 1\nb = 2")]))
    (cell,) = cells(written.encode(), "n")
    assert cell.text == "a = 1\nb = 2"


BROKEN = notebook("%time\na = 1\n", "b = 1\nawait f()\nc = = 2\n")
PLACE = ("n.ipynb:cell 2", "syntax-error", 3)


def found(folder: Folder, *arguments: str, stdin: bytes = b"") -> list[tuple[str, str, int | None]]:
    return folder.guard("check", "--output-format", "json", *arguments, stdin=stdin).found


def test_a_notebook_that_is_named_is_read_as_one(folder: Folder) -> None:
    folder.write("n.ipynb", BROKEN)
    assert found(folder, "n.ipynb") == [PLACE]


@pytest.mark.parametrize("how", ["flag", "variable", "file"])
def test_a_search_finds_notebooks_where_the_setting_is_on(how: str, folder: Folder) -> None:
    folder.write("a.py")
    folder.write("n.ipynb", BROKEN)
    assert found(folder) == []
    if how == "file":
        folder.write("pyproject.toml", "[tool.syntax-guard]\nnotebooks = true\n")
    if how == "variable":
        folder.environment["SYNTAX_GUARD_NOTEBOOKS"] = "1"
    for _ in range(2):  # the second time, what is green is remembered
        assert found(folder, *["--notebooks"][: how == "flag"]) == [PLACE]
    folder.write("n.ipynb", notebook("a = 1"))
    assert found(folder, *["--notebooks"][: how == "flag"]) == []


def test_staged_notebooks(folder: Folder) -> None:
    folder.write("n.ipynb", BROKEN)
    folder.git("init", "-q")
    folder.git("add", "n.ipynb")
    folder.write("n.ipynb", notebook("a = 1"))
    assert found(folder, "--staged", "--notebooks") == [PLACE]


def test_a_notebook_on_standard_input(folder: Folder) -> None:
    assert found(folder, "-", "--stdin-filename", "n.ipynb", stdin=BROKEN) == [PLACE]


def test_what_is_no_notebook_is_red(folder: Folder) -> None:
    folder.write("n.ipynb", b'{\n"cells": [}\n')
    assert found(folder, "n.ipynb") == [("n.ipynb", "unreadable", 2)]


def test_a_notebook_without_python_is_no_finding(folder: Folder) -> None:
    folder.write("n.ipynb", notebook("x <- 1", metadata={"kernelspec": {"language": "R"}}))
    assert folder.guard("check", "n.ipynb").code == 0
