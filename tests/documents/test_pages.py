"""The pages, without running anything: their links lead somewhere, and their tables name what there is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from syntax_guard.cli.parser import parser
from syntax_guard.config.options import OPTIONS

from .pages import PAGES, PROJECT, TRANSLATIONS

if TYPE_CHECKING:
    from pathlib import Path

README = PROJECT / "README.md"
MENU = PROJECT / "mkdocs.yml"
pytestmark = pytest.mark.skipif(not MENU.exists(), reason="the pages are not beside the tests")

LINK = re.compile(r"\]\((?![a-z+]+:)([^)\s#]*)(?:#([^)\s]*))?\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """What headings are called in links, as the forge and the site make it."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "page", [*PAGES, *TRANSLATIONS.values()], ids=lambda page: page.relative_to(PROJECT).as_posix()
)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        there = page.parent / target if target else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), f"{target}#{anchor}"


def test_the_menu_names_pages_that_exist() -> None:
    from_above = {"contributing.md": "CONTRIBUTING.md", "changes.md": "CHANGELOG.md", "security.md": "SECURITY.md"}
    named = re.findall(r"((?:fr/)?[\w-]+\.md)$", MENU.read_text(encoding="utf-8"), re.MULTILINE)
    assert named
    assert [name for name in named if not (PROJECT / from_above.get(name, f"docs/{name}")).exists()] == []


def rows(page: str, heading: str) -> list[list[str]]:
    """The rows of the tables below a heading of a page, cell by cell."""
    section = (PROJECT / "docs" / page).read_text(encoding="utf-8").split(f"{heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line] for line in lines]


def test_the_table_of_options_has_each_setting_and_says_whether_it_may_stand_in_the_file() -> None:
    told = {cells[0].strip("`").split()[0]: cells[-1] == "yes" for cells in rows("settings.md", "\n## All settings")}
    assert told == {option.flags[0]: option.in_file for option in OPTIONS}


def test_the_page_of_commands_has_each_verb() -> None:
    (verbs,) = [action.choices for action in parser()._actions if isinstance(action.choices, dict)]
    commands = [cells[0] for cells in rows("commands.md", "# Commands") if "syntax-guard " in cells[0]]
    assert {command.split()[1].strip("`") for command in commands} == set(verbs)


def test_the_exit_codes_are_those_of_the_first_page() -> None:
    table = re.compile(r"^\| exit code \| meaning \|\n(?:\|.*\n)+", re.MULTILINE)
    (told,) = table.findall(README.read_text(encoding="utf-8"))
    assert table.findall((PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")) == [told]


def test_what_is_said_of_the_time_before_a_release_goes_with_it() -> None:
    released = re.search(r"^## \[?v?\d+\.\d+", (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    said = re.findall(r"[Uu]ntil v\d|before the first\s+release", README.read_text(encoding="utf-8"))
    assert bool(said) != bool(released)
