from __future__ import annotations

import pytest
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from syntax_guard.config.specifiers import admitted, declared, parse
from syntax_guard.errors import SettingsError, TargetError

WRITTEN = {
    "3.9": (3, 9),
    "3.10": (3, 10),
    "3.9.18": (3, 9),
    "py39": (3, 9),
    "py310": (3, 10),
    "py3.11": (3, 11),
    "python3.12": (3, 12),
    "Py313": (3, 13),
    " 3.14 ": (3, 14),
    "3.99": (3, 99),
}


@pytest.mark.parametrize(("text", "version"), WRITTEN.items(), ids=WRITTEN)
def test_a_version_is_read_as_people_write_it(text: str, version: tuple[int, int]) -> None:
    assert parse(text) == version


NOT_VERSIONS = ["", "3", "39", "py", "py3", "three", "3.x", "3.9.1.2", "3..9", ">=3.9", "3.9t", "3.٩", "3." + "9" * 99]


@pytest.mark.parametrize("text", NOT_VERSIONS, ids=ascii)
def test_what_is_no_version_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(TargetError, match="is not a Python version") as caught:
        parse(text)
    assert "3.11" in str(caught.value.hint)


@pytest.mark.parametrize("text", ["3.7", "py36", "2.7", "py27", "3.0", "0.1"])
def test_a_version_older_than_3_8_is_refused(text: str) -> None:
    with pytest.raises(TargetError, match=r"older than 3\.8"):
        parse(text)


def test_a_version_that_lost_its_zero_is_told_from_an_old_one() -> None:
    with pytest.raises(TargetError) as caught:
        parse("3.1")
    assert caught.value.hint == "TOML and YAML need quotes around 3.10, or it is 3.1"


def test_a_python_4_is_refused() -> None:
    with pytest.raises(TargetError, match=r"4\.0 is not known"):
        parse("4.0")


SPECIFIERS = [
    "",
    ">=3.9",
    ">= 3.9",
    ">=3.9.2",
    ">=3.10,<4",
    ">=0!3.9",
    ">=3.8,<3.12",
    ">=3.6, <3.12",
    ">3.8",
    ">3.8.4",
    ">3.9.post1",
    "~=3.9",
    "~=3.9.2",
    "~=3.9.0.1",
    "==3.10.*",
    "==3.*",
    "==3.9.1.*",
    "==3.10",
    "==3.10.4",
    "==3.9.0.1",
    "===3.10.4",
    "!=3.9.*",
    "!=3.9",
    ">=3.8,!=3.8.*,!=3.9.0",
    ">=2.7, !=3.0.*, !=3.1.*, !=3.2.*, !=3.3.*, !=3.4.*",
    "<4",
    "<3.8",
    "<=3.8",
    "<=3.8.4,>3.8.3",
    ">=3.8,",
    ">=v3.9",
    ">=3.15rc1",
    ">=3.11a7",
    ">=3.9-rc_1",
    ">=3.12.0b3",
    ">=3",
    ">=4",
    ">=4.0",
    ">=4.2,<5",
    ">4.3.99",
    "==4.*",
    "==4.3.*",
    "~=4.1",
    ">=4,!=4.*",
    ">=3,!=3.*",
    "!=4.0.*,!=4.1.*,>=4",
    ">=3.99",
    ">=3.100",
    "==3.100.*",
    ">=3.99,!=3.99.*",
    ">3.8.99",
    ">3.8.99999",
]


def lowest_by_packaging(text: str) -> tuple[int, int] | None:
    specifier = SpecifierSet(text)
    versions = [(3, minor) for minor in range(102)] + [(major, minor) for major in (4, 5) for minor in range(9)]
    releases = ((*version, patch) for version in versions for patch in range(40))
    found = (release for release in releases if specifier.contains(".".join(map(str, release)), True))
    return next(((major, minor) for major, minor, _ in found), None)


@pytest.mark.parametrize("text", SPECIFIERS, ids=repr)
def test_the_lowest_version_admitted_is_the_one_that_packaging_admits(text: str) -> None:
    assert next(admitted(text), None) == lowest_by_packaging(text)


BROKEN_SPECIFIERS = [
    "3.9",
    "banana",
    ">=3.x",
    ">=",
    "=>3.9",
    "^3.9",
    ">=3.9 <4",
    ">=3.9.*",
    "~=3",
    ">=3.9-",
    ">=3.9.",
    ">=3.9..1",
    ">=3.9+local",
    "~3.9",
    ">=3.9;",
    ">=\x1b[31m3",
]


@pytest.mark.parametrize("text", BROKEN_SPECIFIERS, ids=ascii)
def test_what_packaging_refuses_is_refused_at_once(text: str) -> None:
    with pytest.raises(InvalidSpecifier):
        SpecifierSet(text)
    with pytest.raises(SettingsError, match="does not parse") as caught:
        admitted(text)
    assert "\n" not in caught.value.message
    assert caught.value.hint


HINTS = {
    "3.9": "put an operator first: >=3.9",
    "^3.9": "write it as >=3.9,<4",
    "~3.9": "write it as >=3.9,<3.10",
    "^x": "write it as >=3.10",
    ">=three": "write it as >=3.10",
    ">=3.9 <4": "write it as >=3.9,<4",
    "=>3.9": "write it as >=3.9",
    "=<3.9": "write it as <=3.9",
    ">=3,8": "did you mean >=3.8?",
    ">=3,8,<4": "did you mean >=3.8,<4?",
    "3,8": "did you mean >=3.8?",
    ">=3.8,3.9": "put an operator first: >=3.9",
}


@pytest.mark.parametrize(("text", "hint"), HINTS.items(), ids=HINTS)
def test_the_hint_says_what_was_meant_where_that_can_be_told(text: str, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        admitted(text)
    assert caught.value.hint == hint


POETRY = {
    "^3.9": (3, 9),
    "^3.9.2": (3, 9),
    "~3.10": (3, 10),
    "~3.10.4": (3, 10),
    "~=3.10": (3, 10),
    "3.11.*": (3, 11),
    "3.*": (3, 0),
    "*": (3, 0),
    "3.12": (3, 12),
    "=3.12": (3, 12),
    ">=3.10,<3.14": (3, 10),
    ">= 3.10 <3.14": (3, 10),
    "^3.12 || ~3.10": (3, 10),
    "~3.9 | >=3.12": (3, 9),
    ">=3.8,!=3.8.*": (3, 9),
    "^2.7": None,
    "~2": None,
    "~3": (3, 0),
    "^4.0": (4, 0),
    "^4.1 || ^5.2": (4, 1),
    "==4.*": (4, 0),
    ">=3.100": (3, 100),
}


@pytest.mark.parametrize(("text", "lowest"), POETRY.items(), ids=POETRY)
def test_a_constraint_of_poetry_is_translated(text: str, lowest: tuple[int, int] | None) -> None:
    document = {"tool": {"poetry": {"dependencies": {"python": text}}}}
    specifier = declared(document)
    assert specifier is not None
    assert next(admitted(specifier), None) == lowest


@pytest.mark.parametrize("text", ["^x", "~", "^", "latest", "3.8 - 3.11"])
def test_a_constraint_of_poetry_that_does_not_parse_is_refused(text: str) -> None:
    specifier = declared({"tool": {"poetry": {"dependencies": {"python": text}}}})
    with pytest.raises(SettingsError, match="does not parse"):
        admitted(str(specifier))


DOCUMENTS = {
    "nothing": ({}, None),
    "project": ({"project": {"requires-python": ">=3.9"}}, ">=3.9"),
    "project before poetry": (
        {"project": {"requires-python": ">=3.9"}, "tool": {"poetry": {"dependencies": {"python": "^3.8"}}}},
        ">=3.9",
    ),
    "poetry": ({"project": {}, "tool": {"poetry": {"dependencies": {"python": "^3.8"}}}}, ">=3.8,<4"),
    "poetry, as a table": ({"tool": {"poetry": {"dependencies": {"python": {"version": "~3.9"}}}}}, ">=3.9,<3.10"),
    "tables that are none": ({"project": 3, "tool": []}, None),
}


@pytest.mark.parametrize(("document", "specifier"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_what_a_project_needs_is_found(document: dict[str, object], specifier: str | None) -> None:
    assert declared(document) == specifier


def test_a_requirement_that_is_no_text_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"project\.requires-python: expected a string"):
        declared({"project": {"requires-python": 3.9}})
