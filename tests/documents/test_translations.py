"""README and the start page say in French what they say in English: the same headings, blocks, tables and links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from .pages import PROJECT, TRANSLATIONS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not (PROJECT / "docs").exists(), reason="the pages are not beside the tests")

FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"(?:^|\s+)#(?: .*)?$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def levels(page: str) -> list[int]:
    """The level of each heading, in order."""
    return [len(marks) for marks in re.findall(r"^(#+) ", FENCE.sub("", page), re.MULTILINE)]


def code(page: str) -> list[tuple[str, str]]:
    """Each block of code, with what stands behind its fence, without comments."""
    return [(kind, COMMENT.sub("", text)) for kind, text in FENCE.findall(page)]


def tables(page: str) -> list[int]:
    """The number of cells in each row of each table, in order."""
    return [row.count("|") for row in re.findall(r"^\|.*$", FENCE.sub("", page), re.MULTILINE)]


def places(path: Path) -> list[str]:
    """Where each link leads, in order; a translation counts as the page that it translates."""
    originals = {translation: page for page, translation in TRANSLATIONS.items()}

    def place(link: str) -> str:
        if re.match(r"[a-z+]+:", link):
            return link
        target, *anchor = link.split("#")
        there = (path.parent / target).resolve() if target else path
        return "#".join([str(originals.get(there, there)), *anchor])

    return [place(link) for link in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8")))]


@pytest.mark.parametrize("page", TRANSLATIONS, ids=lambda page: page.name)
@pytest.mark.parametrize("part", [levels, code, tables])
def test_the_translation_has_the_same_parts(page: Path, part: object) -> None:
    assert callable(part)
    original, translated = (path.read_text(encoding="utf-8") for path in (page, TRANSLATIONS[page]))
    assert part(original)
    assert part(translated) == part(original)


@pytest.mark.parametrize("page", TRANSLATIONS, ids=lambda page: page.name)
def test_the_translation_links_to_the_same_places(page: Path) -> None:
    assert places(TRANSLATIONS[page]) == places(page)
