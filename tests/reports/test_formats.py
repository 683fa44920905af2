"""Each format is what its readers expect, today as in the last release."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

import syntax_guard
from syntax_guard.config.formats import FORMATS
from syntax_guard.findings.codes import CODES
from syntax_guard.reports import formats
from syntax_guard.reports.sarif import uri

from . import samples
from .samples import APPROXIMATE, EXACT, NOTHING, ORDINARY, diagnostic, result
from .validate import DOCS, MACHINE, SCHEMAS, schema, validate

if TYPE_CHECKING:
    from syntax_guard.config.formats import Format
    from syntax_guard.model import Severity

    from ..conftest import Folder


def rendered(name: str, *diagnostics: Any) -> str:
    return "".join(formats.render(name, result(*diagnostics)))


@pytest.mark.parametrize("name", [*formats.FORMAT_NAMES, "full-color", "junit-nothing"])
def test_a_report_equals_its_golden_file(name: str) -> None:
    with open(os.path.join(samples.GOLDEN, name + ".txt"), encoding="utf-8", newline="") as file:
        assert samples.golden()[name] == file.read()


@pytest.mark.parametrize("name", formats.FORMAT_NAMES)
def test_a_report_is_whole_lines(name: str) -> None:
    assert all(piece.endswith("\n") for piece in formats.render(name, ORDINARY))


@pytest.mark.parametrize("found", [ORDINARY, NOTHING], ids=["findings", "nothing"])
@pytest.mark.parametrize("name", MACHINE)
def test_a_report_is_valid(name: str, found: Any) -> None:
    validate(name, "".join(formats.render(name, found)))


@pytest.mark.parametrize("name", ["full", "concise", "json-lines", "github"])
def test_nothing_found_is_nothing_said(name: str) -> None:
    assert not list(formats.render(name, NOTHING))


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="no such report format: xml"):
        formats.render("xml", ORDINARY)


@pytest.mark.slow
@pytest.mark.parametrize("text", [None, *samples.HOSTILE.values()], ids=["ordinary", *samples.HOSTILE])
def test_the_schema_of_sarif_takes_the_report(text: str | None) -> None:
    """The standard's own, which .ci/formats fetches: 136 kB that are not ours to keep here."""
    check = schema(os.environ["SYNTAX_GUARD_SARIF_SCHEMA"])
    found = ORDINARY if text is None else result(diagnostic(text, message=text, hint=text, source_line=text))
    check(json.loads("".join(formats.render("sarif", found))))


@pytest.mark.parametrize("name", ["full", "concise"])
def test_a_refused_commit_does_not_wait_for_what_it_does_not_need(name: str) -> None:
    source = os.path.dirname(os.path.dirname(os.path.abspath(syntax_guard.__file__)))
    script = f"""
import sys
sys.path.insert(0, {source!r})
from syntax_guard import model
from syntax_guard.reports import formats
python = model.Interpreter((3, 11), "CPython 3.11.7")
target = model.Target((3, 11), python, True, "the Python that runs syntax-guard")
found = model.Diagnostic("a.py", 1, 2, 1, 3, "error", "syntax-error", "bad", None, (target,), "x = (")
result = model.Result((target,), model.Summary(1, 1, 0, 0, 0, 0, 0.1), (found,))
text = "".join(formats.render({name!r}, result)) + formats.summary_line(result)
print(*sorted(sys.modules))
"""
    done = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert f"syntax_guard.reports.{name}" in loaded
    assert not loaded & {"json", "re", "typing", "dataclasses", "enum", "unicodedata", "xml", "hashlib", "urllib"}


class TestJson:
    def test_several_targets_are_all_named_and_the_lowest_stands_first(self) -> None:
        (found,) = json.loads(rendered("json", diagnostic(targets=(APPROXIMATE, EXACT))))["diagnostics"]
        assert (found["target"], found["exact"], found["targets"]) == ("3.9", False, ["3.9", "3.11"])

    def test_the_schema_refuses_another_document(self) -> None:
        document = json.loads(rendered("json", diagnostic()))
        document["diagnostics"][0]["code"] = "other"
        with pytest.raises(ValueError, match=r"code must be one of"):
            schema(SCHEMAS["json"])(document)

    def test_a_line_of_json_lines_is_a_finding_of_json(self) -> None:
        lines = [json.loads(line) for line in "".join(formats.render("json-lines", ORDINARY)).splitlines()]
        assert lines == json.loads("".join(formats.render("json", ORDINARY)))["diagnostics"]


class TestGitlab:
    def test_fingerprints_differ_within_a_report(self) -> None:
        issues = json.loads(rendered("gitlab", diagnostic(), diagnostic(line=9), diagnostic("other.py")))
        assert len({issue["fingerprint"] for issue in issues}) == 3

    def test_a_finding_that_moved_or_is_worded_differently_keeps_its_fingerprint(self) -> None:
        (here,) = json.loads(rendered("gitlab", diagnostic()))
        (moved,) = json.loads(rendered("gitlab", diagnostic(line=90, end=(90, 15), message="unexpected EOF")))
        assert here["fingerprint"] == moved["fingerprint"]


class TestSarif:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("app/main.py", "app/main.py"),
            ("./app/main.py", "app/main.py"),
            ("a b#c?d%20.py", "a%20b%23c%3Fd%2520.py"),
            ("http://example.org", "http%3A//example.org"),
            ("größe.py", "gr%C3%B6%C3%9Fe.py"),
            ("caf\udce9.py", "caf%E9.py"),
            ("\ud800.py", "%ED%A0%80.py"),
            ("<stdin>", "%3Cstdin%3E"),
        ],
    )
    def test_a_path_is_a_uri_that_keeps_its_bytes(self, path: str, expected: str) -> None:
        assert uri(path) == expected

    @pytest.mark.skipif(os.name == "nt", reason="absolute paths have a drive here")
    def test_an_absolute_path_is_a_file_uri(self) -> None:
        assert uri("/srv/app/main.py") == "file:///srv/app/main.py"

    def test_each_rule_is_described(self) -> None:
        (run,) = json.loads(rendered("sarif", diagnostic(code="too-complex")))["runs"]
        (found,) = run["results"]
        assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == "too-complex"

    def test_no_link_comes_from_a_message(self) -> None:
        (run,) = json.loads(rendered("sarif", diagnostic(message="[click](https://example.org)")))["runs"]
        assert "](" not in run["results"][0]["message"]["text"].replace("\\](", "")


class TestJunit:
    @pytest.mark.parametrize(
        ("code", "severity", "element"),
        [
            ("syntax-error", "error", "failure"),
            ("unexpectedly-valid", "error", "failure"),
            ("crashed", "error", "error"),
            ("unreadable", "error", "error"),
            ("syntax-warning", "warning", "system-out"),
        ],
    )
    def test_broken_fails_and_undecided_errs(self, code: str, severity: Severity, element: str) -> None:
        root = ET.fromstring(rendered("junit", diagnostic(code=code, severity=severity)))
        (case,) = root.iter("testcase")
        assert [child.tag for child in case] == [element]
        assert root.get("failures") == str(int(element == "failure"))
        assert root.get("errors") == str(int(element == "error"))

    def test_a_file_is_one_case(self) -> None:
        root = ET.fromstring(rendered("junit", diagnostic(), diagnostic(line=8), diagnostic("other.py")))
        assert [case.get("name") for case in root.iter("testcase")] == ["app/main.py", "other.py"]
        assert root.get("tests") == "2"

    def test_nothing_found_is_one_passed_case(self) -> None:
        (case,) = ET.fromstring("".join(formats.render("junit", NOTHING))).iter("testcase")
        assert case.findtext("system-out") == "412 files are valid (CPython 3.11.7, 0.21 s)"


class TestRdjson:
    def test_columns_count_bytes(self) -> None:
        (found,) = json.loads(rendered("rdjson", diagnostic(column=3, end=(3, 4), source_line="漢字x")))["diagnostics"]
        assert found["location"]["range"] == {"start": {"line": 3, "column": 7}, "end": {"line": 3, "column": 8}}


class TestGithub:
    def test_a_range_of_several_lines_has_no_columns(self) -> None:
        assert "line=3,endLine=5::" in rendered("github", diagnostic(end=(5, 1)))

    def test_a_warning_is_a_warning(self) -> None:
        assert rendered("github", diagnostic(severity="warning")).startswith("::warning ")


class TestNotebooks:
    """Review tools know files: a finding in a cell stands at the notebook, and says where in it."""

    CELL = diagnostic("a/n.ipynb", 3, cell=12)

    @pytest.mark.parametrize(
        ("name", "place"),
        [
            ("github", "file=a/n.ipynb::"),
            ("gitlab", '"path": "a/n.ipynb",\n      "lines": {\n        "begin": 1\n      }'),
            (
                "sarif",
                '"uri": "a/n.ipynb"\n                },\n                "region": {\n                  "startLine": 1',
            ),
            ("rdjson", '"location": {\n        "path": "a/n.ipynb"\n      }'),
        ],
    )
    def test_it_stands_at_the_file_and_names_cell_and_line(self, name: str, place: str) -> None:
        report = rendered(name, self.CELL)
        assert place in report
        assert ("a/n.ipynb:cell 12:3:14" if name == "github" else "cell 12, line 3: '(' was never closed") in report

    def test_two_cells_have_two_fingerprints(self) -> None:
        issues = json.loads(rendered("gitlab", self.CELL, diagnostic("a/n.ipynb", 3, cell=1)))
        assert len({issue["fingerprint"] for issue in issues}) == 2


@pytest.mark.parametrize("code", CODES)
def test_each_code_is_in_the_schema_and_in_the_documentation(code: str) -> None:
    validate("json", rendered("json", diagnostic(code=code)))
    with open(os.path.join(DOCS, "codes.md"), encoding="utf-8") as file:
        assert f"\n## {code}\n" in file.read()


@pytest.mark.parametrize("name", formats.FORMAT_NAMES)
def test_each_format_is_in_the_documentation(name: str) -> None:
    with open(os.path.join(DOCS, "formats.md"), encoding="utf-8") as file:
        assert f"\n## {name}\n" in file.read()


@pytest.mark.parametrize(
    ("variable", "arguments", "start"),
    [
        ("true", [], "::error "),
        ("true", ["--output-format", "concise"], "bad.py:1:5: "),
        ("false", [], "bad.py:1:5: "),
        ("", [], "bad.py:1:5: "),
    ],
)
def test_on_github_annotations_are_made_where_no_format_is_named(
    variable: str, arguments: list[str], start: str, folder: Folder
) -> None:
    folder.write("bad.py", "x = (\n")
    folder.environment["GITHUB_ACTIONS"] = variable
    assert folder.guard("check", "--isolated", *arguments).out.startswith(start)


def test_a_format_in_the_settings_file_is_a_format_that_is_named(folder: Folder) -> None:
    folder.write("pyproject.toml", '[tool.syntax-guard]\noutput-format = "concise"\n')
    folder.write("bad.py", "x = (\n")
    folder.environment["GITHUB_ACTIONS"] = "true"
    assert folder.guard("check").out.startswith("bad.py:1:5: ")


class TestTable:
    """Each format has its renderer, its schema where programs read it, and its place in the table of options."""

    def test_the_table_and_the_renderers_are_the_same(self) -> None:
        folder = os.path.dirname(os.path.abspath(formats.__file__))
        renderers = set()
        for name in os.listdir(folder):
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    renderers |= (
                        {name.removesuffix(".py")}
                        if re.search(r"\ndef render\(\s*result: Result", file.read())
                        else set()
                    )
        assert renderers == {each.name.replace("-", "_") for each in FORMATS}

    def test_what_programs_read_has_a_schema(self) -> None:
        lines_of_a_log = {"github"}
        assert {*MACHINE} | lines_of_a_log == {each.name for each in FORMATS if not each.for_people}

    def test_the_table_of_options_names_them(self) -> None:
        with open(os.path.join(DOCS, "settings.md"), encoding="utf-8") as file:
            (row,) = [line for line in file if line.startswith("| `--output-format`")]
        assert row.split("written: ")[1].split(" |")[0] == ", ".join(f"`{each.name}`" for each in FORMATS)

    @pytest.mark.parametrize("each", [each for each in FORMATS if not each.colored], ids=lambda each: each.name)
    def test_no_colour_where_the_table_has_none(self, each: Format) -> None:
        assert "\x1b" not in "".join(formats.render(each.name, ORDINARY, color=True))
