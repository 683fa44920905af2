"""Which cells of a notebook are judged, and what is said of a file that is no notebook."""

from __future__ import annotations

import ast
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from syntax_guard.sources.notebooks.cells import Cell, prepare
from syntax_guard.sources.readers import UnreadableError

if TYPE_CHECKING:
    from ...conftest import Folder


def notebook(*sources: object, metadata: object = None) -> bytes:
    code = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    return json.dumps({"nbformat": 4, "metadata": metadata or {}, "cells": code}).encode()


def cells(data: bytes) -> tuple[Cell, ...]:
    return prepare(data).cells


def test_a_cell_has_its_number_and_its_text() -> None:
    first, second = cells(notebook("a = 1\n", ["%time\n", "b = 2"]))
    assert (first.number, first.data) == (1, b"a = 1\n")
    assert (second.number, second.data) == (2, b"pass\nb = 2\n")


def test_a_cell_is_judged_like_a_module() -> None:
    (cell,) = cells(notebook("%time f()\nx = await g()\n"))
    compile(cell.data, "cell", "exec", 0, True)


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
    assert [cell.number for cell in cells(json.dumps(document).encode())] == [1, 3]


@pytest.mark.parametrize(
    ("version", "source", "text"),
    [
        (2, ["a = 1", "b = 2"], b"a = 1\nb = 2\n"),
        (2, ["# note", "def f(:"], b"# note\ndef f(:\n"),
        (3, ["a = 1", "b = 2"], b"a = 1\nb = 2\n"),
        (3, ["a = 1\n", "b = 2"], b"a = 1\nb = 2\n"),
        (3, "a = 1\nb = 2", b"a = 1\nb = 2\n"),
        (3, [], b"\n"),
    ],
)
def test_lines_of_old_formats_are_lines(version: int, source: object, text: bytes) -> None:
    sheet = {"cells": [{"cell_type": "code", "language": "python", "outputs": [], "input": source}]}
    data = json.dumps({"nbformat": version, "nbformat_minor": 0, "metadata": {"name": "a"}, "worksheets": [sheet]})
    (cell,) = cells(data.encode())
    assert cell.data == text
    reader: Any = pytest.importorskip("nbformat", reason="nbformat is not installed")
    assert reader.reads(data, as_version=4).cells[0].source + "\n" == text.decode()


@pytest.mark.parametrize(
    ("metadata", "python"),
    [
        ({"vscode": {"languageId": "csharp"}}, False),
        ({"vscode": {"languageId": "python"}}, True),
        ({"language": "sql"}, False),
        ({"language": "Python"}, True),
        ({"language": 3, "vscode": []}, True),
    ],
)
def test_a_cell_in_another_language_is_left_out(metadata: object, python: bool) -> None:
    cell = {"cell_type": "code", "source": "a b", "metadata": metadata}
    prepared = prepare(json.dumps({"nbformat": 4, "cells": [cell]}).encode())
    assert (len(prepared.cells), len(prepared.others)) == (python, not python)


def test_a_notebook_of_databricks() -> None:
    metadata = {"application/vnd.databricks.v1+notebook": {"language": "python"}}
    assert cells(notebook("%sql SELECT 1\nFROM x", metadata=metadata)) == ()
    assert len(cells(notebook("%sql SELECT 1\nx = 1"))) == 1


@pytest.mark.parametrize(
    ("above", "cell", "valid"),
    [
        (["x = 1"], "ls -l", True),
        (["ls = 1"], "ls -l", False),
        (["import time"], "time f()", False),
        (["from a import b as time"], "time f()", False),
        (["import a.time"], "time f()", True),
        (["for ls in x: pass"], "ls a", False),
        (["def ls(): pass"], "ls a", False),
        (["def f():\n    ls = 1"], "ls a", True),
        (["[ls for ls in x]"], "ls a", True),
        (["[(ls := i) for i in x]"], "ls a", False),
        (["with a as ls: pass"], "ls a", False),
        (["ls: int"], "ls a", True),
        (["ls = 1", "del ls"], "ls a", True),
        (["ls = = 1"], "ls a", True),
        (["%%time\nls = 1"], "ls a", False),
        (["match x:\n    case [*ls]: pass"], "ls a", False),
        (["ls = !ls"], "ls a", False),
    ],
)
def test_a_name_of_an_earlier_cell_is_no_magic(above: list[str], cell: str, valid: bool) -> None:
    last = cells(notebook(*above, cell))[-1]
    assert (last.data == b"pass\n") == valid


@pytest.mark.parametrize(
    ("metadata", "count"),
    [
        ({}, 1),
        ({"kernelspec": {"language": "python"}}, 1),
        ({"kernelspec": {"language": "R"}}, 0),
        ({"language_info": {"name": "python"}, "kernelspec": {"language": "x"}}, 1),
        ({"language_info": {"name": "julia"}, "kernelspec": {"language": "python"}}, 1),
        ({"language_info": {"name": "julia"}}, 0),
        ({"kernelspec": 3}, 1),
        ("x", 1),
    ],
)
def test_only_notebooks_in_python_are_judged(metadata: object, count: int) -> None:
    assert len(cells(notebook("a", metadata=metadata))) == count


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
        pytest.param(b"\xef\xbb\xbf" + notebook("a"), 1, id="byte order mark"),
        pytest.param('{"cells": []}'.encode("utf-16"), None, id="UTF-16"),
        pytest.param(b'{"worksheets": 3}', None, id="worksheets are no list"),
        pytest.param(b'{"worksheets": [3]}', None, id="a worksheet is none"),
        pytest.param(b'{"worksheets": [{"cells": {}}]}', None, id="cells of a worksheet are no list"),
        pytest.param(b'{"cells": [null]}', None, id="a cell is none"),
        pytest.param(b'{\n"cells": [\n<<<<<<< HEAD\n]}\n', 3, id="merge conflict"),
        pytest.param(b"version https://git-lfs.github.com/spec/v1\noid x\n", None, id="LFS pointer"),
        pytest.param(b"[" * 100_000, None, id="nested without end"),
        pytest.param(b'{"cells": [' + b"[]," * 2_000_000 + b"[]]}", None, id="more lists than it pays to read"),
    ],
)
def test_what_is_no_notebook_is_unreadable(data: bytes, line: int | None) -> None:
    with pytest.raises(UnreadableError) as raised:
        cells(data)
    assert raised.value.problem.line == line
    assert raised.value.problem.message.startswith("not a notebook")


@pytest.mark.parametrize("version", [4, 4.0, "4", 99, 5, 0, -1, None, 4.5, [4], {}, "9" * 100])
def test_a_format_that_jupyter_does_not_read_is_named(version: object) -> None:
    document = {"nbformat": version, "nbformat_minor": 5, "metadata": {}, "cells": []}
    data = json.dumps(document, indent=1).encode()
    reader: Any = pytest.importorskip("nbformat.reader", reason="nbformat is not installed")
    try:
        reader.reads(data.decode())
    except Exception:  # noqa: BLE001 - nbformat promises no kind
        with pytest.raises(UnreadableError) as raised:
            cells(data)
        problem = raised.value.problem
        said = f"not a notebook: its nbformat is {json.dumps(version)[:40]}; Jupyter reads 4, and the older 1 to 3"
        assert (problem.message, problem.line) == (said, 2)
    else:
        assert cells(data) == ()


def test_a_surrogate_is_no_python() -> None:
    (cell,) = cells(notebook("a = '\ud800'"))
    with pytest.raises(SyntaxError):
        compile(cell.data, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)


def test_a_notebook_that_nbformat_writes() -> None:
    nbformat: Any = pytest.importorskip("nbformat.v4", reason="nbformat is not installed")
    written = nbformat.writes(nbformat.new_notebook(cells=[nbformat.new_code_cell("a = 1\nb = 2")]))
    (cell,) = cells(written.encode())
    assert cell.data == b"a = 1\nb = 2\n"


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


def report(folder: Folder, *arguments: str) -> dict[str, Any]:
    done: dict[str, Any] = json.loads(folder.guard("check", "--output-format", "json", "--no-cache", *arguments).out)
    return done


def tagged(source: str, *, tags: object = None, output: str | None = None) -> dict[str, object]:
    outputs = [{"output_type": "error", "ename": output, "evalue": "", "traceback": []}] if output else []
    return {"cell_type": "code", "source": source, "metadata": {"tags": tags} if tags else {}, "outputs": outputs}


def of(*made: dict[str, object]) -> bytes:
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": made}).encode()


def test_a_notebook_is_one_file_and_its_cells_have_an_order(folder: Folder) -> None:
    folder.write("n.ipynb", notebook(*["a b"] * 11))
    folder.write("a.py", "a = 1\n")
    said = report(folder, "n.ipynb", "a.py")
    assert [said["summary"][name] for name in ("checked", "broken", "cells")] == [2, 1, 11]
    assert [finding["cell"] for finding in said["diagnostics"]] == [*range(1, 12)]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize(
    ("cell", "file"), [("x = 1", "x = (\n"), ("x = (", "x = 1\n"), ("x = (", "x = (\n"), ("1", "1\n")]
)
def test_a_file_that_is_called_as_a_cell_is_another_source(folder: Folder, cell: str, file: str) -> None:
    folder.write("n.ipynb", notebook(cell))
    folder.write("n.ipynb:cell 1", f"#!/usr/bin/env python3\n{file}").chmod(0o755)
    broken = [("n.ipynb", 1)] * ("(" in cell) + [("n.ipynb:cell 1", None)] * ("(" in file)
    for options in ([], ["--no-cache"], []):
        said = report(folder, *options, "n.ipynb", "n.ipynb:cell 1")
        assert [(os.path.basename(one["file"]), one["cell"]) for one in said["diagnostics"]] == broken
        assert said["summary"]["checked"] == 2


def test_a_cell_that_is_to_fail_is_said_and_not_red(folder: Folder) -> None:
    folder.write("n.ipynb", of(tagged("a = = 1", tags=["raises-exception"])))
    said = report(folder, "n.ipynb")
    assert [(finding["severity"], finding["code"]) for finding in said["diagnostics"]] == [("warning", "syntax-error")]
    assert said["summary"]["broken"] == 0
    assert folder.guard("check", "n.ipynb").code == 0


def test_a_cell_that_has_failed_is_red_with_a_hint_at_the_tag(folder: Folder) -> None:
    folder.write("n.ipynb", of(tagged("a = = 1", output="SyntaxError"), tagged("b = = 1", output="NameError")))
    first, second = report(folder, "n.ipynb")["diagnostics"]
    assert "raises-exception" in first["hint"]
    assert "raises-exception" not in (second["hint"] or "")
    assert folder.guard("check", "n.ipynb").code == 1


@pytest.mark.parametrize(
    ("pattern", "sources", "code"),
    [
        ("n.ipynb", ["a b", "b = 1"], 0),
        ("n.ipynb", ["a = 1", "b = 1"], 1),
        ("n.ipynb:cell 1", ["a b", "b = 1"], 0),
        ("n.ipynb:cell 1", ["a b", "b c"], 1),
        ("n.ipynb:cell 1", ["a = 1", "b = 1"], 1),
    ],
)
def test_a_notebook_or_a_cell_is_expected_to_be_broken(
    pattern: str, sources: list[str], code: int, folder: Folder
) -> None:
    folder.write("n.ipynb", notebook(*sources))
    folder.write("pyproject.toml", f'[tool.syntax-guard]\nexpected-broken = ["{pattern}"]\n')
    for _ in range(2):
        assert folder.guard("check", "n.ipynb").code == code


def test_a_notebook_in_another_language_is_said_to_be_left_out(folder: Folder) -> None:
    folder.write("n.ipynb", notebook("x <- 1", metadata={"kernelspec": {"language": "R"}}))
    assert "n.ipynb (other-language" in folder.guard("check", "--verbose", "n.ipynb").err
    assert [report(folder, "n.ipynb")["summary"][name] for name in ("checked", "skipped")] == [0, 1]


def test_a_cell_in_another_language_is_said_to_be_left_out(folder: Folder) -> None:
    folder.write("n.ipynb", notebook("a = 1", "%%bash\nls |"))
    said = report(folder, "n.ipynb")
    assert said["skipped"] == [{"path": "n.ipynb:cell 2", "reason": "other-language"}]
    assert [said["summary"][name] for name in ("checked", "cells")] == [1, 1]


HOSTILE = {
    "question": notebook("a" * 100_000 + " ?"),
    "await": notebook("[x async for x in y]\n" * 4_000),
    "cell magics": notebook("%%time\n" * 3000),
    "line magics": notebook("%time f(\n" * 10_000),
    "lines": notebook("a\n" * 100_000),
    "blanks": notebook("x =" + " " * 100_000 + "!ls"),
    "nothing": b'{"cells": [' + b"{}," * 300_000 + b"{}]}",
    "brackets": b"[" * 1_000_000,
    "nested": notebook("async def f(): " + "(" * 100_000),
    "async": notebook("async" + " " * 100_000 + "x"),
}


@pytest.mark.parametrize("source", ["await f()\n", "!ls\n" + "x = 1\n" * 20_000])
def test_a_notebook_is_prepared_in_another_process_as_in_this(source: str, folder: Folder) -> None:
    folder.write("n.ipynb", notebook(source, "%%bash\n|", source + "a b\n"))
    lines = (source + "a b\n").count("\n")
    assert found(folder, "n.ipynb") == [("n.ipynb:cell 3", "syntax-error", lines)]


@pytest.mark.slow
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_notebook_costs_only_itself(data: bytes, folder: Folder) -> None:
    folder.write("n.ipynb", data)
    folder.write("z.py", "a b\n")
    said = found(folder, "n.ipynb", "z.py")
    assert ("z.py", "syntax-error", 1) in said
    assert "crashed" not in [code for _, code, _ in said]
