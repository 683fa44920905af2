r"""Text from a checked tree, made harmless: every report sends names, messages and source lines through here.

A name or a source line comes from the author of the tree, and is printed to terminals, CI logs and review pages that
act on it: terminal escapes (ECMA-48), line breaks of every kind, bidirectional and invisible characters
(CVE-2021-42574), workflow commands. Here each of them becomes an escape that a reader sees, written as Python writes
it: ``\x1b``, ``\u202e``, ``\udc80`` (a byte of a name that is not UTF-8).

Workflow commands, as their readers find them:

- GitHub Actions, ``::name …::`` at the start of a line, after blanks (actions/runner, ``ActionCommand.TryParseV2``);
- GitHub Actions, ``##[name …]`` anywhere in a line (``ActionCommand.TryParse``);
- Azure Pipelines, ``##vso[…]``, and TeamCity, ``##teamcity[…]``, anywhere in a line.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

COMMANDS = ("##[", "##vso[", "##teamcity[")

# Characters without ink that str.isprintable lets pass: the rest of Unicode's Default_Ignorable_Code_Point
# (DerivedCoreProperties.txt), and the blank of Braille.
_INKLESS = frozenset(
    map(
        chr,
        (
            0x034F,  # combining grapheme joiner
            *(0x115F, 0x1160, 0x3164, 0xFFA0),  # Hangul fillers
            *(0x17B4, 0x17B5),  # Khmer inherent vowels
            *(0x180B, 0x180C, 0x180D, 0x180F),  # Mongolian variation selectors
            0x2800,  # Braille pattern blank
            *range(0xFE00, 0xFE10),  # variation selectors
            *range(0xE0100, 0xE01F0),  # variation selectors supplement
        ),
    )
)


def escape(character: str) -> str:
    r"""Return a character as it may be shown: itself where it is printable and has ink, else ``\x1b`` or ``\u202e``.

    Space is printable, a tab is not. What this Python's Unicode database does not know is not printable.
    """
    if character.isprintable() and character not in _INKLESS:
        return character
    return _escaped(character)


def visible(text: str) -> str:
    r"""Return `text`, a name or a message, as one printable line that no terminal and no CI runner acts on.

    Different texts stay different: backslashes in front of an escape are doubled, and so are those in front of what
    only looks like one (a file whose name has a backslash and ``x1b`` in it is shown as ``\\x1b``).
    """
    if text.isascii() and text.isprintable() and "\\" not in text and "##" not in text and ":" not in text:
        return text
    commands = _commands(text)
    shown: list[str] = []
    backslashes = 0
    for position, character in enumerate(text):
        if character == "\\":
            backslashes += 1
            continue
        piece = _escaped(character) if position in commands else escape(character)
        doubled = piece != character or (backslashes and _looks_escaped(text, position))
        shown.append("\\" * (backslashes * 2 if doubled else backslashes) + piece)
        backslashes = 0
    return "".join(shown) + "\\" * backslashes


def cells(line: str, encoding: str = "utf-8") -> Iterator[str]:
    """Yield what is shown for each character of a source line, so that a caret can be put under it.

    What `encoding`, the stream's, has no character for is shown as an escape, as Python would write it there. A tab is
    shown as four spaces, and a backslash as it is: a source line should look as it was written. The code that
    prints it puts something in front, so it never starts a line, and ``::`` may stay.
    """
    commands = _bracketed(line)
    for position, character in enumerate(line):
        if character == "\t":
            yield "    "
        elif position in commands or not (character.isascii() or _has(encoding, character)):
            yield _escaped(character)
        else:
            yield escape(character)


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeError:
        return False
    return True


def json_document(value: Any, *, indent: int | None = None) -> str:
    r"""Return `value` as JSON, in ASCII, that every reader takes and in which no CI runner finds a command.

    `indent` is the number of spaces a level; None for one line. Strings keep their value, except a lone surrogate,
    which strict readers refuse (RFC 8259, section 8.2): it becomes visible text. ``##`` can only stand inside of
    strings, where ``\u0023`` is another way to write it, and ``::`` cannot start a line, because a line of JSON starts
    with a quote, a bracket or a number.
    """
    from json import dumps

    return dumps(_encodable(value), indent=indent).replace("##", r"\u0023\u0023") + "\n"


def json_text(text: str) -> str:
    """The JSON `text`, a line, as `json_document` writes it: with the numbers and the keys that stand there."""
    import re
    from json import dumps

    plain = text.replace("\t", " ").replace("\r", " ")  # neither can stand inside of a string
    ascii_only = re.sub(r"[^\x00-\x7f]+", lambda found: dumps(found[0])[1:-1], plain)
    return ascii_only.replace("##", r"\u0023\u0023")


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {name: _encodable(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encodable(each) for each in value]
    return value


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _commands(text: str) -> frozenset[int]:
    """The positions of the characters whose escape takes a command's meaning away."""
    start = len(text) - len(text.lstrip())
    return _bracketed(text) | ({start} if text.startswith(":", start) else frozenset())


def _bracketed(text: str) -> frozenset[int]:
    if "##" not in text:
        return frozenset()
    lowered = "".join(character.lower() if character.isascii() else character for character in text)
    found: set[int] = set()
    for command in COMMANDS:
        position = lowered.find(command)
        while position >= 0:
            found.add(position)
            position = lowered.find(command, position + 1)
    return frozenset(found)


def _looks_escaped(text: str, position: int) -> bool:
    """Whether ``text`` from ``position`` on, which follows a backslash, reads like an escape of ours."""
    size = {"x": 2, "u": 4, "U": 8}.get(text[position])
    digits = text[position + 1 : position + 1 + size] if size else ""
    if not digits or len(digits) != size or digits.strip("0123456789abcdef"):
        return False
    code = int(digits, 16)
    return code <= 0x10FFFF and (chr(code) in "#:" or escape(chr(code)) != chr(code))
