"""docs/gates.svg is what its script draws, has the gates of the start page, and can be read on any page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from syntax_guard.cli.verbs import VERBS

from .pages import PROJECT, script

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

SCRIPT = PROJECT / "docs" / "draw_gates.py"
pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="docs/ is not here")


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    return script("draw_gates")


def test_the_picture_is_what_the_script_draws(drawing: ModuleType) -> None:
    assert drawing.PICTURE.read_text(encoding="utf-8") == drawing.draw(), "run python docs/draw_gates.py"


def test_it_has_the_gates_of_the_start_page(drawing: ModuleType) -> None:
    page = (PROJECT / "docs" / "index.md").read_text(encoding="utf-8").split("| gate |")[1].split("\n\n")[0]
    drawn = [name for gates in drawing.PLACES.values() for name, _, _ in gates]
    assert drawn == re.findall(r"^\| (\w+) \|", page, re.MULTILINE)


def test_it_names_commands_that_there_are(drawing: ModuleType) -> None:
    asks = [one for gates in drawing.PLACES.values() for _, _, said in gates for one in said.split(", ")]
    assert {one.split()[0] for one in asks} - set(VERBS) == {"syntax_guard.backend"}


def test_no_text_is_wider_than_its_box(drawing: ModuleType) -> None:
    """By the widest that the fonts of common systems are: 0.56 of their size for words, 0.61 for code."""
    room = drawing.BOX - 2 * 14
    for gates in drawing.PLACES.values():
        for _, passes, asks in gates:
            assert len(passes) * 14 * 0.56 <= room, passes
            assert len(asks) * 13 * 0.61 <= room, asks


def luminance(color: str) -> float:
    """The relative luminance of a colour, as WCAG 2.1 defines it."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_each_palette_has_enough_contrast(drawing: ModuleType, name: str) -> None:
    """4.5 for text, and 3 for lines, which WCAG 2.1 asks for."""
    palette = drawing.PALETTES[name]
    for below in ("page", "box"):
        assert contrast(palette["text"], palette[below]) >= 4.5
    assert contrast(palette["name"], palette["box"]) >= 4.5
    assert contrast(palette["edge"], palette["page"]) >= 3


def test_the_picture_fetches_nothing(drawing: ModuleType) -> None:
    tree = ET.fromstring(drawing.draw())
    assert [one for each in tree.iter() for one in each.attrib if "href" in one] == []


BACKGROUNDS = {"performance.svg": "fill: #ffffff", "refused.svg": 'fill="#292929"', "terminal": 'fill="#292929"'}
"""Pictures with one palette, and the background that they bring."""


@pytest.mark.parametrize("path", sorted((PROJECT / "docs").glob("*.svg")), ids=lambda path: path.name)
def test_a_picture_is_readable_on_a_light_and_on_a_dark_page(path: Path) -> None:
    """It has a palette for each, or brings its own background."""
    text = path.read_text(encoding="utf-8")
    own = BACKGROUNDS.get(path.name) or BACKGROUNDS.get(path.name.partition("-")[0])
    assert "prefers-color-scheme: dark" in text or (own and own in text)
