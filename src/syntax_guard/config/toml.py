"""TOML, bounded: a hostile document ends in one line, and soon."""

from __future__ import annotations

import sys

from ..errors import SettingsFileError
from ..regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CORRECT = "correct the file; the rules: https://toml.io/en/v1.0.0"
_PLACE = regex(r" \(at line (\d+), column (\d+)\)$")
"""Where ``tomllib`` saw the mistake."""
KEY_PARTS = 1000
"""Dots on one line: ``tomllib`` takes time quadratic in the parts of a key."""
_READ_AGAIN = 2 << 20
"""Characters that are read to find the line of a key: each line with its name costs what stands before it, again."""


def parse(content: bytes, path: str) -> dict[str, Any]:
    """The TOML document in `content`; `path` is named in a `SettingsFileError`."""
    if content.count(b".") > KEY_PARTS and any(line.count(b".") > KEY_PARTS for line in content.splitlines()):
        raise SettingsFileError(
            path, f"more than {KEY_PARTS} dots on one line", "name another file with --config, or use --isolated"
        )
    try:
        document = _loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsFileError(path, f"not UTF-8 at byte {error.start}", "save it as UTF-8") from None
    except ValueError as error:  # TOMLDecodeError, and what int and datetime say of a number
        why = (str(error) or "a value").splitlines()[0][:200]
        place = _PLACE.search(why)
        why = why.replace(" (at end of document)", " at the end of the file")
        said, line, column = (why[: place.start()], int(place[1]), int(place[2])) if place else (why, None, None)
        raise SettingsFileError(path, f"not valid TOML: {said}", _CORRECT, line, column) from None
    except RecursionError:
        raise SettingsFileError(path, "not valid TOML: nested too deeply", _CORRECT) from None
    return document


def for_note(error: SettingsFileError) -> str:
    """What `error` says, for a note that names the file itself."""
    return error.said if error.line is None else f"line {error.line}: {error.said}"


def line_of(content: bytes, keys: tuple[str, ...]) -> int | None:
    """The line of `content`, from 1, on which the value or table at `keys` begins; None where that is not sure.

    `content` is valid TOML. ``tomllib`` names no lines. The statement begins on a line if the lines before it are a
    document without these keys, and the line adds them. A key of the same name in another table, in a comment or in a
    text adds nothing.
    """
    lines = content.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    left = _READ_AGAIN
    for number, line in enumerate(lines):
        if keys[-1] not in line:
            continue
        before = "\n".join(lines[:number])
        left -= len(before)
        if left < 0:
            return None
        key, sign, _ = line.partition("=")
        if (sign and _holds(f"{before}\n{key}= 0", keys)) or _holds(f"{before}\n{line}", keys):
            return None if _holds(before, keys) else number + 1
    return None


def _holds(text: str, keys: tuple[str, ...]) -> bool:
    try:
        found: object = _loads(text)
    except (ValueError, RecursionError):
        return False
    for key in keys:
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True


def _loads(text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        from tomllib import loads
    else:
        from tomli import loads
    return loads(text)
