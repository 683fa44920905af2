"""Characters in a source that a reader cannot see, or that reorder what a reader sees.

"Trojan Source" (CVE-2021-42574): with bidirectional controls in a comment or a string, code is shown in another order
than Python reads it. Characters without ink make two strings look the same, and have been used to carry whole programs.
Python itself refuses them outside of strings and comments, so a source that holds them may well be valid.

What counts, following rustc's ``text_direction_codepoint_in_literal`` and GCC's ``-Wbidi-chars=any``:

- The nine embeddings, overrides and isolates count anywhere. Text that needs them can have them as escapes.
- The direction marks count where their line has no right-to-left letters: there they have no honest use.
- Joiners (also those that scripts need) count next to ASCII, blanks or nothing. Between other characters they belong
  to an emoji or to a word, of Persian or Hindi for example. Variation selectors count unless they follow such a
  character, or are part of a keycap emoji; tags unless they belong to the emoji of a flag.
- A byte order mark counts but at the start of the source, where PEP 263 gives it a meaning.
- Other characters without ink, and line breaks that editors know and Python does not, count anywhere.

A reviewer's tools show a source as UTF-8, whatever its coding line says, so that is how it is read here.
"""

from __future__ import annotations

from ..model import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

KIND = "SuspiciousCharacter"
MOST = 100
"""Problems of one source at most, one a line: a source that hides a program in them should not flood the report."""


def _characters(*ranges: tuple[int, int]) -> frozenset[str]:
    return frozenset(chr(code) for first, last in ranges for code in range(first, last + 1))


REORDERING = _characters((0x202A, 0x202E), (0x2066, 0x2069))
MARKS = _characters((0x061C, 0x061C), (0x200E, 0x200F))
JOINERS = _characters((0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x200C, 0x200D))
SELECTORS = _characters((0x180B, 0x180D), (0x180F, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
TAGS = _characters((0xE0020, 0xE007F))
ALWAYS = REORDERING | _characters(
    (0x0080, 0x009F),  # C1 controls, NEL among them
    (0x00AD, 0x00AD),  # soft hyphen
    (0x180E, 0x180E),  # Mongolian vowel separator
    (0x200B, 0x200B),  # zero width space
    (0x2028, 0x2029),  # line and paragraph separator
    (0x2060, 0x2064),  # word joiner, invisible operators
    (0x206A, 0x206F),  # deprecated format characters
    (0x3164, 0x3164),  # Hangul filler
    (0xFEFF, 0xFEFF),  # zero width no-break space
    (0xFFA0, 0xFFA0),  # halfwidth Hangul filler
    (0xFFF9, 0xFFFB),  # interlinear annotations
    (0xE0001, 0xE0001),  # language tag
)
UNSEEN = ALWAYS | MARKS | JOINERS | SELECTORS | TAGS

_LAST_BYTES: dict[bytes, bytearray] = {}
for _character in sorted(UNSEEN):
    _LAST_BYTES.setdefault(_character.encode()[:-1], bytearray()).append(_character.encode()[-1])
_ASCII = bytes(range(128))
_BOM = b"\xef\xbb\xbf"
WINDOW = 1 << 18
"""Bytes of a line that are looked at at once."""
_LOOKS = 100_000
"""Bytes that may begin such a character, and are looked at one by one before all characters are."""


def suspicious(data: bytes) -> tuple[Problem, ...]:
    """Return a problem for each line of the source `data` that holds such a character, at most MOST, in order.

    Costs one look at the bytes for a source in ASCII, and a few searches for others; never raises. A line is looked at
    in windows, so that no source takes more memory than a few copies of its bytes, and the first window with such a
    character speaks for its line.
    """
    if data.isascii() or not _may_hold_unseen(data):
        return ()
    problems: list[Problem] = []
    for number, line in enumerate(_lines(data.removeprefix(_BOM)), 1):
        if line.isascii():
            continue
        problem = _problem_of(line, number)
        if problem is not None:
            problems.append(problem)
            if len(problems) == MOST:
                break
    return tuple(problems)


def _lines(data: bytes) -> Iterator[bytes]:
    """The lines of `data` one by one, without their ends, as Python and editors count them."""
    start = 0
    while True:
        feed = data.find(b"\n", start)
        line = data[start : feed if feed >= 0 else len(data)]
        yield from (line if feed < 0 else line.removesuffix(b"\r")).split(b"\r")
        if feed < 0:
            return
        start = feed + 1


def _problem_of(line: bytes, number: int) -> Problem | None:
    """The problem of a line, or None."""
    before = 0
    for piece in _windows(line):
        window = piece.decode("utf-8", "replace")
        places = [] if window.isascii() or UNSEEN.isdisjoint(window) else list(_places(window))
        if places:
            return _problem(window, number, places, before)
        before += len(window)
    return None


def _windows(line: bytes) -> Iterator[bytes]:
    """`line` in pieces of at most WINDOW bytes. Each piece ends after a whole character."""
    start = 0
    while start < len(line):
        end = min(start + WINDOW, len(line))
        while end < len(line) and start + 4 < end and line[end] & 0xC0 == 0x80:
            end -= 1
        yield line[start:end]
        start = end


def _may_hold_unseen(data: bytes) -> bool:
    """Whether the UTF-8 of such a character may be in ``data``, except a byte order mark at its start."""
    rest = data.removeprefix(_BOM).translate(None, _ASCII)  # little is left of most sources
    left = _LOOKS
    for lead, last in _LAST_BYTES.items():
        size = len(lead)
        position = rest.find(lead)
        while position >= 0:
            left -= 1
            if not left or rest[position + size : position + size + 1] in last:
                return True
            position = rest.find(lead, position + size)
    return False


def _places(line: str) -> Iterator[int]:
    from unicodedata import bidirectional

    right_to_left = any(bidirectional(character) in ("R", "AL") for character in line if character not in UNSEEN)
    for place, character in enumerate(line):
        if character in UNSEEN and not (
            (character in MARKS and right_to_left)
            or (character in JOINERS and _inked(line[place - 1 : place]) and _inked(line[place + 1 : place + 2]))
            or (character in SELECTORS and (_inked(line[place - 1 : place]) or _keycap(line, place)))
            or (character in TAGS and _flag(line, place))
        ):
            yield place


def _inked(character: str) -> bool:
    """Whether a joiner or a selector may lean on this: a character outside of ASCII, or the selector of an emoji."""
    return character == "\ufe0f" or (not character.isascii() and character.isprintable() and character not in UNSEEN)


def _keycap(line: str, place: int) -> bool:
    return line[place - 1 : place] in tuple("0123456789#*") and line[place : place + 2] == "\ufe0f\u20e3"


def _flag(line: str, place: int) -> bool:
    """Whether a tag is one of at most seven that follow a black flag, the last of them being the end of tags."""
    start = line.rfind("\U0001f3f4", max(0, place - 7), place)
    end = line.find("\U000e007f", place, start + 8)
    return start >= 0 and end >= 0 and TAGS.issuperset(line[start + 1 : end])


def _problem(line: str, number: int, places: list[int], before: int) -> Problem:
    from unicodedata import name

    first = places[0]
    character = line[first]
    what = "reorders the text around it" if character in REORDERING | MARKS else "cannot be seen"
    said = f"U+{ord(character):04X} {name(character, 'CONTROL CHARACTER')} {what}"
    if len(places) > 1:
        said += f"; {len(places) - 1} more such on this line"
    column = before + first + 1
    return Problem(KIND, said, number, column, number, column + 1)
