"""docs/gallery.md shows what this package prints of everyday mistakes, and says why that helps."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from .pages import PROJECT, script

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = PROJECT / "docs" / "gallery.py"
pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="docs/ is not here")


@pytest.fixture(scope="module")
def gallery() -> ModuleType:
    return script("gallery")


def hints(text: str) -> list[str]:
    return re.findall(r"= hint: .*", text)


def test_the_page_shows_what_is_printed(gallery: ModuleType) -> None:
    """The words of the compiler are those of the Python that the page names; the hints are the same on each."""
    page = gallery.PAGE.read_text(encoding="utf-8")
    (version,) = re.findall(r"ran on CPython (3\.\d+)", page)
    assert len(gallery.MISTAKES) == 20
    for name in gallery.MISTAKES:
        section = page.partition(f"## {name}\n")[2].partition("\n## ")[0]
        now = gallery.ours(name)
        assert hints(section) == hints(now), name
        if version == ".".join(map(str, sys.version_info[:2])):
            assert f"```\n{now}```\n" in section, "run python docs/gallery.py"


def test_fifteen_have_a_hint_and_the_rest_are_explained(gallery: ModuleType) -> None:
    helped = [name for name in gallery.MISTAKES if hints(gallery.ours(name))]
    assert len(helped) >= 15
    head = gallery.PAGE.read_text(encoding="utf-8").partition("\n## ")[0]
    assert all(name.lower().strip("`")[2:8] in head.lower() for name in gallery.MISTAKES if name not in helped)
