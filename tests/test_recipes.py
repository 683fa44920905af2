"""CONTRIBUTING's recipes, followed: a copy of the package, one new file, one line in one table, and it works."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import syntax_guard

from .conftest import PROJECT, Folder, Run

PACKAGE = Path(syntax_guard.__file__).parent
CONTRIBUTING = PROJECT / "CONTRIBUTING.md"
START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from syntax_guard.cli.main import run_and_exit; run_and_exit()"
)


@dataclass
class Copy:
    """A copy of the package in which a recipe is followed."""

    folder: Folder
    place: Path

    def add(self, name: str, text: str) -> None:
        path = self.place / "syntax_guard" / name
        assert not path.exists()
        path.write_text(text)

    def insert(self, name: str, before: str, line: str) -> None:
        path = self.place / "syntax_guard" / name
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, before
        path.write_text(text.replace(before, line + before), encoding="utf-8")

    def run(self, *arguments: str) -> Run:
        return self.folder.run(sys.executable, "-c", START, str(self.place), *arguments)


@pytest.fixture
def copy(folder: Folder, tmp_path: Path) -> Copy:
    shutil.copytree(PACKAGE, tmp_path / "copy" / "syntax_guard")  # with its bytecode, which stays valid
    return Copy(folder, tmp_path / "copy")


FORMAT = '''"""One word a finding."""


def render(result):
    for diagnostic in result.diagnostics:
        yield f"{diagnostic.code}\\n"
'''


def test_a_report_format(copy: Copy) -> None:
    copy.folder.write("bad.py", "x = (\n")
    copy.add("reports/code_only.py", FORMAT)
    copy.insert("config/formats.py", '    Format("rdjson"', '    Format("code-only"),\n')
    run = copy.run("check", "--isolated", "--output-format", "code-only", "bad.py")
    assert (run.code, run.out, run.err) == (1, "syntax-error\n", "")
    assert "code-only" in re.sub(r"\s+", " ", copy.run("check", "--help").out)


RULE = '''"""A construct of a new Python: here a name stands for it."""

import sys

from .rule import Rule
from .scanning import words


def _find(code, node):
    if getattr(node.value, "id", "") == "new_in_this_python":
        yield code.span(node)


NEW_RULES = (
    Rule(
        since=sys.version_info[:2],
        what="A new construct",
        trigger=words(b"new_in_this_python"),
        nodes=("Expr",),
        find=_find,
        refused="new_in_this_python\\n",
        accepted="old\\n",
    ),
)
'''


def test_a_grammar_rule_for_a_new_python(copy: Copy) -> None:
    copy.add("grammar/new_constructs.py", RULE)
    copy.insert("grammar/table.py", "from .scopes import", "from .new_constructs import NEW_RULES\n")
    copy.insert("grammar/table.py", "    *CHARACTER_RULES,\n", "    *NEW_RULES,\n")
    here, older = sys.version_info[:2], (sys.version_info[0], sys.version_info[1] - 1)
    code = (
        f"import sys; sys.path.insert(0, {str(copy.place)!r})\n"
        "from syntax_guard.grammar.requirements import requirements\n"
        "for one in requirements(b'x = 1\\nnew_in_this_python\\nold\\n', (3, 8)):\n"
        f"    print(one.problem.line, one.problem.message, one.is_refused_by({here}), one.is_refused_by({older}))\n"
    )
    run = copy.folder.run(sys.executable, "-c", code)
    assert run.out == f"2 A new construct is new in Python {here[0]}.{here[1]} False True\n", run.err


HINT = '''"""The file is a letter."""


def letter(look):
    return "a letter, not Python source" if look.head.startswith(b"Dear ") else None
'''


def test_a_hint(copy: Copy) -> None:
    copy.folder.write("bad.py", "Dear reader\n")
    copy.add("findings/hints/letters.py", HINT)
    copy.insert("findings/hints/rules.py", "from .look import Look\n", "from .letters import letter\n")
    copy.insert("findings/hints/rules.py", "    other_files.null_bytes,\n", "    letter,\n")
    run = copy.run("check", "--isolated", "--output-format", "json", "bad.py")
    assert [one["hint"] for one in run.json["diagnostics"]] == ["a letter, not Python source"]


GATE = '''"""The licence gate: may anybody use this?"""

import os

from ..finding import Advice, missing, ok

PROMISE = "it may be used"


def examine(repository):
    if os.path.exists(os.path.join(repository.top, "LICENSE")):
        return [ok("licence", "LICENSE is there", None)]
    return [missing("licence", "there is no LICENSE", None, "nobody may ship it", Advice(pattern="choose one"))]
'''


def test_a_doctor_gate(copy: Copy) -> None:
    copy.add("doctor/gates/licence.py", GATE)
    copy.insert("doctor/gates/table.py", "from . import commit,", "from . import licence\n")
    copy.insert("doctor/gates/table.py", "commit, merge, push, tree", "licence, ")
    without = copy.run("doctor", "--require", "licence")
    copy.folder.write("LICENSE", "as you like")
    there = copy.run("doctor", "--require", "licence")
    assert (without.code, "there is no LICENSE" in without.out) == (1, True), without.err
    assert (there.code, "LICENSE is there" in there.out) == (0, True), there.err


VERB = '''"""`syntax-guard count-lines`: how many lines a file has."""

from ..exit_codes import OK
from ..output import write

DESCRIPTION = "Count the lines of a file."


def add_arguments(verb):
    verb.add_argument("path", metavar="PATH", help="the file")


def run(arguments, parse):
    with open(parse(arguments)["path"]) as file:
        write([f"{len(file.readlines())}\\n"])
    return OK
'''


def test_a_verb(copy: Copy) -> None:
    copy.folder.write("a.py", "x = 1\ny = 2\n")
    copy.add("cli/commands/count_lines.py", VERB)
    copy.insert("cli/verbs.py", '    "probe": ', '    "count-lines": "how many lines a file has",\n')
    assert (copy.run("count-lines", "a.py").out, copy.run("count-lines").code) == ("2\n", 2)
    assert "how many lines a file has" in copy.run("--help").out


SOURCE = '''"""Sources between lines of dashes in one file."""

from .in_memory import Held


def pieces(path, data):
    for number, piece in enumerate(data.split(b"---\\n"), 1):
        held = Held(path, piece)
        held.cell = number
        yield held
'''
CHECK_PIECES = """def check_pieces(path, data, settings):
    from .sources.pieces import pieces

    return check_files(pieces(path, data), settings)


"""


def test_a_source_kind(copy: Copy) -> None:
    copy.add("sources/pieces.py", SOURCE)
    copy.insert("check.py", "def check_stdin(", CHECK_PIECES)
    code = (
        f"import sys; sys.path.insert(0, {str(copy.place)!r})\n"
        "from syntax_guard import Settings; from syntax_guard.check import check_pieces\n"
        "result = check_pieces('all.txt', b'x = 1\\n---\\n\\nx = (\\n---\\ny = 2\\n', Settings())\n"
        "print(result.summary.checked, [(one.path, one.cell, one.line, one.code) for one in result.diagnostics])\n"
    )
    run = copy.folder.run(sys.executable, "-c", code)
    assert run.out == "3 [('all.txt', 2, 2, 'syntax-error')]\n", run.err


def recipes() -> dict[str, str]:
    text = CONTRIBUTING.read_text(encoding="utf-8").split("\n## Recipes\n")[1]
    _, *parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


PROTOCOL = """    Protocol(
        "Scribe",
        edits={"written": Answer(3)},
        stops={},
        event="what",
        paths=(("file", "name"),),
    ),
"""


def test_the_protocol_of_a_coding_agent(copy: Copy) -> None:
    copy.folder.write("bad.py", "x = (\n")
    copy.insert("gates/agent_events.py", ")\n\n\nclass Event(", PROTOCOL)
    event = b'{"what": "written", "file": {"name": "bad.py"}}'
    run = copy.folder.run(sys.executable, "-c", START, str(copy.place), "agent-hook", stdin=event)
    assert (run.code, run.out) == (3, "")
    assert '"bad.py":1:5: syntax-error' in run.err


KINDS = [
    "A report format", "A grammar rule for a new Python", "A hint", "A doctor gate", "A source kind",
    "The protocol of a coding agent", "A verb",
]  # fmt: skip


@pytest.mark.skipif(not CONTRIBUTING.exists(), reason="only the tests were unpacked")
class TestText:
    def test_there_is_one_for_each_kind(self) -> None:
        assert list(recipes()) == KINDS

    @pytest.mark.parametrize("kind", KINDS)
    def test_it_names_one_file_and_one_table_that_are_there(self, kind: str) -> None:
        recipe = recipes()[kind]
        assert len(re.findall(r"^1\. The file: ", recipe, re.MULTILINE)) == 1
        assert len(re.findall(r"^2\. The table: ", recipe, re.MULTILINE)) == 1
        for name in re.findall(r"`((?:src|tests)/[\w/]+(?:\.py)?)`", recipe):
            there = PROJECT / name.replace("/NAME.py", "")
            assert there.exists(), name
        table = recipe.split("2. The table: ")[1].split("\n3. ")[0]
        for constant, name in re.findall(r"`([A-Z]+)` in\s+`([\w/]+\.py)`", table):
            assert re.search(rf"^{constant}\b", (PROJECT / name).read_text(encoding="utf-8"), re.MULTILINE)
