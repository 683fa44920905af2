"""Nothing in a name, a message or a source line acts on whoever shows it, and a reader sees that it was there."""

from __future__ import annotations

import itertools
import json

import pytest

from syntax_guard.reports import neutral

from .samples import HOSTILE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("app/main.py", "app/main.py", id="ordinary"),
        pytest.param("schöne größe 漢字.py", "schöne größe 漢字.py", id="letters of any script stay"),
        pytest.param("a\x1b[31m", r"a\x1b[31m", id="terminal escape"),
        pytest.param("a\x9b31m", r"a\x9b31m", id="8-bit terminal escape"),
        pytest.param("a\r\nb", r"a\x0d\x0ab", id="line break"),
        pytest.param("a\u2028b", r"a\u2028b", id="line separator"),
        pytest.param("user\u202e", r"user\u202e", id="bidirectional override"),
        pytest.param("a\U000e0041", r"a\U000e0041", id="tag character"),
        pytest.param("caf\udce9.py", r"caf\udce9.py", id="byte of a name that is not UTF-8"),
        pytest.param("a\u3164b", r"a\u3164b", id="letter without ink"),
        pytest.param("::error::x", r"\x3a:error::x", id="command"),
        pytest.param("  ::error::x", r"  \x3a:error::x", id="command after blanks"),
        pytest.param("a ::error::x", "a ::error::x", id="no command inside of a line"),
        pytest.param("a ##[error]x", r"a \x23#[error]x", id="bracket command"),
        pytest.param("###[error]x", r"#\x23#[error]x", id="bracket command after a hash"),
        pytest.param("##VSO[x]", r"\x23#VSO[x]", id="azure command"),
        pytest.param("## heading [1]", "## heading [1]", id="no bracket command"),
        pytest.param(r"app\main.py", r"app\main.py", id="backslash stays"),
        pytest.param(r"build\x64\main.py", r"build\x64\main.py", id="backslash before what is never escaped stays"),
        pytest.param(r"a\x1b", r"a\\x1b", id="backslash before what looks escaped is doubled"),
        pytest.param("a\\\x1b", r"a\\\x1b", id="backslash before an escape is doubled"),
    ],
)
def test_text_is_shown_as_one_harmless_line(text: str, shown: str) -> None:
    assert neutral.visible(text) == shown


def test_different_texts_stay_different() -> None:
    texts = {*HOSTILE.values(), *map(neutral.visible, HOSTILE.values()), *map(repr, HOSTILE.values())}
    texts |= {"".join(pieces) for pieces in itertools.product(("\\", "\x1b", "x1b", ":", "#"), repeat=4)}
    assert len({neutral.visible(text) for text in texts}) == len(texts)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_source_line_has_a_cell_for_each_character(text: str) -> None:
    shown = list(neutral.cells(text))
    assert len(shown) == len(text)
    assert "##[" not in "".join(shown)
    assert all(character.isprintable() for cell in shown for character in cell)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_json_keeps_its_values(text: str) -> None:
    document = neutral.json_document({"text": [text, 1, None, {"nested": (text,)}]})
    assert "##" not in document
    assert document.isascii()
    kept = text.encode("utf-8", "backslashreplace").decode()
    assert json.loads(document) == {"text": [kept, 1, None, {"nested": [kept]}]}
