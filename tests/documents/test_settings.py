"""docs/settings.md has a section for each setting, and says where it may stand as `OPTIONS` does."""

from __future__ import annotations

import re

import pytest

from syntax_guard.config.options import OPTIONS, Option

from .pages import PROJECT

PAGE = PROJECT / "docs" / "settings.md"
pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the documentation is not beside the tests")


def sections() -> dict[str, str]:
    _, *parts = re.split(r"^### (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_each_setting_has_its_section_and_no_other_has_one() -> None:
    assert set(sections()) == {option.name for option in OPTIONS}


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_a_section_says_how_the_setting_is_written(option: Option) -> None:
    where = "in the file" if option.in_file else "not in the file"
    assert sections()[option.name].strip().splitlines()[0] == (
        f"Flag `{option.flags[0]}`, variable `{option.variable}`, {where}."
    )


@pytest.mark.parametrize("option", [one for one in OPTIONS if one.choices], ids=lambda option: option.name)
def test_a_section_names_each_choice(option: Option) -> None:
    assert set(option.choices) <= set(re.findall(r"`([^`]+)`", sections()[option.name]))
