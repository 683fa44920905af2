"""A character that a reader cannot see, or that reorders what a reader sees, is reported; an honest one is not."""

from __future__ import annotations

import unicodedata

import pytest

from syntax_guard import Settings, check_source
from syntax_guard.sources.invisible_characters import MOST, UNSEEN, WINDOW, suspicious

from ..memory import in_memory

REPORTED = {
    "commenting-out (CVE-2021-42574)": 'if level != "user\u202e \u2066# admin\u2069 \u2066":\n',
    "early return (CVE-2021-42574)": '"""Take the money \u2067""" ; return\n',
    "override": "x = '\u202e'",
    "isolate in Hebrew": "# \u05d0\u2067\u05d1\u2069",
    "direction mark in English": "x = 'a\u200eb'",
    "arabic letter mark in English": "x = 'a\u061cb'",
    "zero width space": "x = 'a\u200bb'",
    "zero width space in Japanese": "x = '漢\u200b字'",
    "word joiner": "x = 'a\u2060b'",
    "soft hyphen": "x = 'a\xadb'",
    "joiner between letters of ASCII": "x = 'a\u200db'",
    "joiner at the end": "# 漢\u200d",
    "joiner at the start": "\u200d漢",
    "non-joiner before a blank": "# \u0646\u200c x",
    "selector after a letter of ASCII": "x = 'a\ufe0f'",
    "selector at the start": "\ufe0f",
    "program in selectors": "x = '\u2764\ufe00\ufe01\U000e0102'",
    "tags without a flag": "x = '\U000e0041\U000e0042'",
    "tags of a flag without an end": "x = '\U0001f3f4\U000e0067\U000e0062'",
    "more tags than a flag has": "x = '\U0001f3f4" + "\U000e0067" * 9 + "\U000e007f'",
    "tags of a flag with something between": "x = '\U0001f3f4 \U000e0067\U000e007f'",
    "byte order mark inside": "x = 1\n\ufeffy = 2",
    "second byte order mark": "\ufeff\ufeffx = 1",
    "hangul filler": "x = '\u3164'",
    "line separator": "# harmless\u2028import os",
    "next line": "# harmless\x85import os",
    "c1 control": "x = '\x9b31m'",
    "last line without its end": "x = 1\r\r\n\n# \u200b",
}
HONEST = {
    "ascii": "x = 'a\x0c\t'",
    "letters of any script": "größe = '漢字 кириллица עברית العربية हिन्दी'",
    "typographic punctuation": "x = '“a” «b» c…'",
    "no-break space": "x = 'a\xa0b\u3000c'",
    "byte order mark at the start": "\ufeffx = 'ö'",
    "direction mark in Hebrew": "x = '\u05d0\u200f!'",
    "joiner in Hindi": "x = '\u0915\u094d\u200d\u0937'",
    "non-joiner in Persian": "x = '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'",
    "emoji": "x = '\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f\u200d\U0001f525 \u2714\ufe0e'",
    "keycap": "x = '1\ufe0f\u20e3 #\ufe0f\u20e3'",
    "flag of England": "x = '\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f'",
    "emoji behind a byte order mark": "\ufeffx = '\u2764\ufe0f'",
    "ideographic variation": "x = '\u845b\U000e0100'",
    "hangul": "x = '\u1112\u115f\u1161'",
    "escapes": r"x = '\u202e\u200b'",
    "private use": "x = '\ue0b0'",
}


@pytest.mark.parametrize("text", REPORTED.values(), ids=REPORTED.keys())
def test_a_misleading_character_is_reported(text: str) -> None:
    problems = suspicious(text.encode())
    assert len(problems) == 1
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    character = lines[(problems[0].line or 0) - 1][(problems[0].column or 0) - 1]
    assert character in UNSEEN
    assert problems[0].message.startswith(f"U+{ord(character):04X} {unicodedata.name(character, 'CONTROL CHARACTER')}")


@pytest.mark.parametrize("text", HONEST.values(), ids=HONEST.keys())
def test_an_honest_character_is_not(text: str) -> None:
    assert suspicious(text.encode()) == ()


def test_each_is_found_by_its_bytes() -> None:
    assert not {each for each in UNSEEN if not suspicious(f"x = 'ö'\ny = 'a{each}b'".encode())}


def test_a_finding_says_where_what_and_how_many() -> None:
    (problem,) = suspicious('größe = 1\nif level != "user\u202e \u2066# admin\u2069 \u2066":\n'.encode())
    assert problem.message == "U+202E RIGHT-TO-LEFT OVERRIDE reorders the text around it; 3 more such on this line"
    assert (problem.line, problem.column, problem.end_line, problem.end_column) == (2, 18, 2, 19)


def test_every_tag_counts_where_a_flag_has_too_many() -> None:
    (problem,) = suspicious(REPORTED["more tags than a flag has"].encode())
    assert problem.column == 7
    assert problem.message.endswith("9 more such on this line")


def test_a_flood_is_cut() -> None:
    assert len(suspicious("# \u200b\n".encode() * 10_000)) == MOST


@pytest.mark.parametrize("data", [b"\xff\xfe\0", b"# \xe2\x80\n", b"\xe2\x80\xae\xff", b"", b"\xef\xbb\xbf"])
def test_what_is_not_utf_8_does_not_make_it_fail(data: bytes) -> None:
    assert len(suspicious(data)) == (b"\xe2\x80\xae" in data)


class TestInAReport:
    DATA = "x = 'a\u200bb'\n".encode()

    def test_it_is_a_warning_with_its_place(self) -> None:
        (found,) = check_source(self.DATA)
        assert (found.code, found.severity, found.line, found.column) == ("suspicious-character", "warning", 1, 7)
        assert found.source_line == "x = 'a\u200bb'"

    def test_it_stands_beside_an_error(self) -> None:
        assert [each.code for each in check_source(self.DATA + b"x = (\n")] == ["suspicious-character", "syntax-error"]

    def test_warnings_can_be_errors_or_nothing(self) -> None:
        (found,) = check_source(self.DATA, settings=Settings(warnings="error"))
        assert found.severity == "error"
        assert check_source(self.DATA, settings=Settings(warnings="ignore")) == ()


@pytest.mark.parametrize(
    "character", ["\u200b", *(pytest.param(one, marks=pytest.mark.slow) for one in "\u2014\u202e\u00e9")]
)
def test_a_long_line_takes_little_memory(character: str) -> None:
    """20 million of them, in a process that may not have much more than a few copies of its bytes."""
    code = """
import sys
from syntax_guard.sources.invisible_characters import suspicious
print(len(suspicious(b"#" + chr(int(sys.argv[1])).encode() * 20_000_000)))
"""
    found = in_memory(400 << 20, code, str(ord(character)))
    assert found.split() == ["1" if character in "\u200b\u202e" else "0"]


@pytest.mark.parametrize("before", [0, 1, 2, 3, 4])
def test_a_character_is_found_behind_any_number_of_others(before: int) -> None:
    text = "#" + "x" * before + "\u4e2d" * WINDOW + "\u200b"
    (problem,) = suspicious(f"x = 1\n{text}\n".encode())
    assert (problem.line, problem.column) == (2, 1 + before + WINDOW + 1)
