"""The table of finding codes: each has its page, its row in the page's table, its place in the schema, and a test."""

from __future__ import annotations

import builtins
import json
import re
from pathlib import Path

import pytest

import syntax_guard
from syntax_guard import check_source
from syntax_guard.findings.codes import BY_KIND, CODES, SKIPPED

from ..conftest import PROJECT

SOURCES = Path(syntax_guard.__file__).parent
pages = pytest.mark.skipif(not (PROJECT / "docs").exists(), reason="the pages are not beside the tests")


def page(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


@pages
def test_the_page_has_a_section_for_each_and_for_no_other() -> None:
    assert re.findall(r"^## (.+)$", page("docs/codes.md"), re.MULTILINE) == list(CODES)


@pages
def test_the_table_of_the_page_has_each_and_no_other() -> None:
    table = page("docs/codes.md").split("\n| code | meaning |\n")[1].split("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines()[1:]]
    assert {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)} == set(CODES)


@pages
def test_the_schema_has_each_and_no_other() -> None:
    schema = json.loads(page("docs/report.schema.json"))
    assert set(schema["definitions"]["diagnostic"]["properties"]["code"]["enum"]) == set(CODES)


@pages
def test_each_reason_to_skip_is_in_the_schema_and_on_the_page_and_no_other() -> None:
    schema = json.loads(page("docs/report.schema.json"))
    assert set(schema["definitions"]["skipped"]["properties"]["reason"]["enum"]) == set(SKIPPED)
    table = page("docs/tree.md").split("\n| reason | what |\n")[1].split("\n\n")[0]
    rows = [line.split("|")[1] for line in table.splitlines()[1:]]
    assert {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)} == set(SKIPPED)


@pages
def test_the_pages_say_which_are_warnings_and_of_which_nobody_knows() -> None:
    start = page("docs/codes.md").split("\n## ")[0].replace("\n", " ")
    (warnings,) = re.findall(r"Every code but (.*?) is an error", start)
    assert re.findall(r"`([a-z-]+)`", warnings) == [name for name, code in CODES.items() if code.severity == "warning"]
    (unknown,) = re.findall(r"^\| `error` \| has no verdict: (.*?) \|$", page("docs/formats.md"), re.MULTILINE)
    assert set(re.findall(r"`([a-z-]+)`", unknown)) == {name for name, code in CODES.items() if code.undecided}


@pytest.mark.parametrize("code", CODES)
def test_a_code_says_what_it_means_and_what_to_do(code: str) -> None:
    said = CODES[code]
    assert re.fullmatch(r"The [^\n]+\.|A [^\n]+\.|The [^\n]+", said.meaning)
    assert said.remedy.endswith(".")


def test_a_kind_has_one_code() -> None:
    assert len(BY_KIND) == sum(len(code.kinds) for code in CODES.values())


@pytest.mark.parametrize("kind", BY_KIND)
def test_a_kind_is_an_exception_or_something_in_the_package_says_it(kind: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py") if path.name != "codes.py"]
    assert hasattr(builtins, kind) or any(f'"{kind}"' in text for text in texts)


@pytest.mark.parametrize("code", CODES)
def test_a_test_expects_the_code(code: str) -> None:
    tests = [path for path in (PROJECT / "tests").rglob("*.py") if path != Path(__file__).resolve()]
    assert any(f'"{code}"' in path.read_text(encoding="utf-8") for path in tests)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x = (\n", "syntax-error"),
        (b"x = '\xff'\n", "encoding-error"),
        (b"x = 1 is 1\n", "syntax-warning"),
        ("x = 'a\u202eb'\n".encode(), "suspicious-character"),
    ],
)
def test_a_finding_is_as_grave_as_the_table_says(data: bytes, code: str) -> None:
    (found,) = check_source(data)
    assert (found.code, found.severity) == (code, CODES[code].severity)


@pytest.mark.parametrize("data", [b'"\xcc', b"x = = 1  # \xff\n", b"'''\xcc", b"x = (\n\xff", b"# \xff\ndef f(:\n"])
def test_code_and_message_agree_on_what_is_wrong(data: bytes) -> None:
    """Up to CPython 3.13, the compiler may find something else wrong before it comes to bytes that are no text."""
    (found,) = check_source(data)
    assert found.code == ("encoding-error" if re.search("codec|UTF-8|decod", found.message) else "syntax-error")
