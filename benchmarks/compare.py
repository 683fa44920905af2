"""What this and other tools answer to the same sources: the tables of docs/compare.md.

    python -m benchmarks.compare [--write | --check]

Tools are looked for beside this Python (``pip install . -r benchmarks/peers.txt``), and each is run as its users run
it, with whatever rules it has for what ``compile`` refuses. ``--write`` puts the tables into the page, ``--check`` ends
with 1 where the page has other ones.
"""

from __future__ import annotations

import argparse
import compileall
import os
import re
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from tests.judging.test_verdicts import COMPILER_ONLY, REFUSED, VALID

from .compare_gates import GATES
from .compared_tools import BROKEN, E9, PATIENCE, TOOLS, Tool, folder_with, refuses, run, says_no

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PAGE = Path(__file__).resolve().parent.parent / "docs" / "compare.md"
TARGETS = PAGE.parent / "targets.md"
BEGIN, END = "<!-- made by benchmarks/compare.py -->\n\n", "\n<!-- end -->"
TRACEBACK = "Traceback (most recent call last)"


def refused(tool: Tool, sources: Mapping[str, bytes]) -> tuple[int, bool]:
    """How many of these sources the tool refuses, and whether one of them ends it with a traceback.

    They are given all at once; where that ends in a traceback, once more one by one, and then a traceback is a refusal.
    """
    names = {f"s{place:03}.py": source for place, source in enumerate(sources.values())}
    with folder_with(names) as folder:
        said = run(tool, folder, *names).said
        if TRACEBACK not in said:
            return sum(refuses(tool, name, said) for name in names), False
        alone = {name: run(tool, folder, name).said for name in names}
        return sum(TRACEBACK in said or refuses(tool, name, said) for name, said in alone.items()), True


def found_of(sources: Mapping[str, bytes]) -> Callable[[Tool], str]:
    """The question how many of these a tool refuses; in parentheses, with E9 alone."""

    def count(tool: Tool) -> str:
        number, ended = refused(tool, sources)
        alone = f" ({refused(E9[tool.name], sources)[0]})" if tool.name in E9 else ""
        return f"{number}{alone}{', and ends with a traceback' if ended else ''}"

    return count


def stale_bytecode(tool: Tool) -> str:
    """A broken source behind a .pyc of its size and time, which was compiled before it broke."""
    with folder_with({"app.py": "x = 1\n"}) as folder:
        path = folder / "app.py"
        compileall.compile_file(str(path), quiet=2)
        before = path.stat()
        path.write_text("x = (\n")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        return "refused" if says_no(tool, folder, "app.py", name="app.py") else "passed"


def staged(tool: Tool) -> str:
    """As a plain git hook: the staged file is broken, the one in the work tree is not."""
    command = ("syntax-guard", "check", "--staged", "--no-cache") if tool.name == "syntax-guard" else ()
    with folder_with({"app.py": BROKEN}) as folder:
        (folder / "app.py").write_text("x = 1\n")
        arguments = () if command else ("app.py",)
        return "refused" if says_no(tool, folder, *arguments, name="app.py", command=command) else "passed"


def beside_deep_ones(tool: Tool) -> str:
    """Whether an ordinary broken file is named that stands beside sources which are too deep."""
    deep = {"a.py": "x = " + "-" * 40_000 + "1\n", "b.py": "x = " + "1 + " * 100_000 + "1\n", "c.py": BROKEN}
    with folder_with(deep) as folder:
        return "named" if says_no(tool, folder, *deep, name="c.py") else "not named"


def fifo(tool: Tool) -> str:
    """What becomes of a FIFO that is called x.py."""
    if not tool.takes_folders:
        return "takes no folder"
    with folder_with({"a.py": BROKEN}) as folder:
        os.mkfifo(folder / "x.py")
        ended = run(tool, folder, ".", seconds=PATIENCE)
        if ended.code is None:
            return "waits for ever"
        return "reported" if "x.py" in ended.said else "not reported"


def script(tool: Tool) -> str:
    """A broken script without an extension, in a folder."""
    return _in_a_folder(tool, "deploy", f"#!/usr/bin/env python3\n{BROKEN}")


def notebook(tool: Tool) -> str:
    """A broken cell of a notebook, in a folder."""
    cell = '{"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": ["x = = 1"]}'
    text = f'{{"cells": [{cell}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'
    return _in_a_folder(tool, "report.ipynb", text, "--notebooks" if tool.name == "syntax-guard" else None)


def _in_a_folder(tool: Tool, name: str, text: str, option: str | None = None) -> str:
    if not tool.takes_folders:
        return "takes no folder"
    with folder_with({name: text}) as folder:
        (folder / name).chmod(0o755)
        return "found" if says_no(tool, folder, *([option] if option else []), ".", name=name) else "not found"


def nothing(tool: Tool) -> str:
    """The exit code where there is no Python file."""
    if not tool.takes_folders:
        return "takes no folder"
    with folder_with({"notes.txt": ""}) as folder:
        return str(run(tool, folder, ".").code)


def escape(tool: Tool) -> str:
    """Whether a name that holds a terminal's escape sequence is printed as it is."""
    name = "\x1b[2Ja.py"
    with folder_with({name: BROKEN}) as folder:
        said = run(tool, folder, name).said
    if "a.py" not in said:
        return "not named"
    return "sent on" if "\x1b[2J" in said else "shown as text"


def written(tool: Tool) -> str:
    """What the tool leaves in the tree, run as it is by default."""
    tool = replace(tool, command=tuple(word for word in tool.command if word != "--no-cache"))
    with folder_with({"a.py": "x = 1\n"}) as folder:
        run(tool, folder, "a.py")
        left = sorted(path.name for path in folder.iterdir() if path.name not in ("a.py", ".git"))
    return ", ".join(f"`{name}`" for name in left) or "nothing"


def older_target(tool: Tool) -> str:
    """Cited from docs/targets.md, which says how it is measured: missed and false alarms for 3.8, asked of 3.11."""
    header, row = re.findall(r"^\| (?:host|3\.11 \| 3\.8) \|.*$", TARGETS.read_text(encoding="utf-8"), re.MULTILINE)
    cells = dict(zip(header.split("|"), row.split("|"), strict=True))
    for title, cell in cells.items():
        if title.split(":")[0].split()[:1] == [{"syntax-guard": "rules"}.get(tool.name, tool.name)]:
            return cell.replace("*", "").strip()
    return {"prek": "asks none", "ansible-test": "asks a 3.8"}.get(tool.name, "asks one Python")


ONLY_COMPILER = {name: case.data for name, case in COMPILER_ONLY.items()}
PARSER = {name: case.data for name, case in REFUSED.items() if case.code != "too-complex"}
ROWS: dict[str, Callable[[Tool], str]] = {
    f"errors that only the compiler finds, of {len(ONLY_COMPILER)} (with E9 alone)": found_of(ONLY_COMPILER),
    f"errors of grammar, layout and coding, of {len(PARSER)} (with E9 alone)": found_of(PARSER),
    f"valid sources refused, of {len(VALID)} (with E9 alone)": found_of(VALID),
    "3.8 asked of 3.11: [missed / false alarms](targets.md#what-an-approximate-target-knows)": older_target,
    "broken source behind a `.pyc` of its size and time": stale_bytecode,
    "staged broken, fixed in the work tree, without pre-commit": staged,
    "broken file beside two that are too deep": beside_deep_ones,
    "a FIFO called `x.py`": fifo,
    "broken script without an extension": script,
    "broken cell of a notebook": notebook,
    "exit code where there is no Python file": nothing,
    "an escape sequence in a broken file's name": escape,
    "left in the tree": written,
}


def table() -> str:
    """The two tables, in Markdown, with the releases that were asked."""
    others = [f"{tool.package} {version(tool.package)}" for tool in TOOLS[1:] if tool.package]
    asked = f"Asked: `python -m compileall`, `python -m py_compile` as hk calls it, {', '.join(others)}."
    return "\n".join([*_rows(ROWS), "", "At the gates:", "", *_rows(GATES), "", asked, ""])


def _rows(questions: Mapping[str, Callable[[Tool], str]]) -> list[str]:
    head = [f"| | {' | '.join(tool.name for tool in TOOLS)} |", "|---" * (len(TOOLS) + 1) + "|"]
    return head + [
        f"| {asks} | {' | '.join(question(tool) for tool in TOOLS)} |" for asks, question in questions.items()
    ]


def main() -> int:
    """Print the table, write it into the page, or compare it with the page's."""
    parser = argparse.ArgumentParser(description="What do other tools answer?")
    todo = parser.add_mutually_exclusive_group()
    todo.add_argument("--write", action="store_true", help="put the table into docs/compare.md")
    todo.add_argument("--check", action="store_true", help="end with 1 where docs/compare.md has another one")
    asked = parser.parse_args()
    made = table()
    sys.stdout.write(made)
    page = PAGE.read_text(encoding="utf-8")
    new = page[: page.index(BEGIN) + len(BEGIN)] + made + page[page.index(END) :]
    if asked.write:
        PAGE.write_text(new, encoding="utf-8")
    return int(asked.check and new != page)


if __name__ == "__main__":
    sys.exit(main())
