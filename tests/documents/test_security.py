"""SECURITY.md and the page on hostile sources name tests that there are."""

from __future__ import annotations

import re

import pytest

from ..conftest import PROJECT

PAGES = {"SECURITY.md": "", "docs/hostile.md": "tests/hostile/"}


@pytest.mark.parametrize("page", PAGES)
def test_each_test_that_a_page_names_is_there(page: str) -> None:
    path = PROJECT / page
    if not path.exists():
        pytest.skip("only the tests were unpacked")
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests/)?[\w/]*test_\w+\.py)(?:::(\w+))?`(?: \(`(\w+)`\))?", text)
    assert len(named) >= 5
    for name, *inside in named:
        file = PROJECT / (name if name.startswith("tests/") else PAGES[page] + name)
        assert file.exists(), name
        assert all(each in file.read_text(encoding="utf-8") for each in inside)


def test_each_sentence_of_a_promise_names_its_test() -> None:
    path = PROJECT / "SECURITY.md"
    if not path.exists():
        pytest.skip("only the tests were unpacked")
    promises = path.read_text(encoding="utf-8").split("## Three promises\n")[1].split("\n## ")[0]
    for promise in re.split(r"^\d\. ", promises, flags=re.MULTILINE)[1:]:
        _, *sentences = re.split(r"(?<=[.;*])\s+(?=[A-Za-z])", promise.strip())  # the promise itself stands first
        assert sentences
        assert all("`tests/" in sentence for sentence in sentences), sentences
