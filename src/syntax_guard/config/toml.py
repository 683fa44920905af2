"""TOML, bounded: a hostile document ends in one line, and soon."""

from __future__ import annotations

import re
import sys
from itertools import islice

from ..errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CORRECT = "correct the file; the rules: https://toml.io/en/v1.0.0"
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
"""Where ``tomllib`` saw the mistake."""
KEY_PARTS = 1000
"""Dots on one line: ``tomllib`` takes time quadratic in the parts of a key."""
_TRIED = 20
"""Lines that are tried for a key: each costs two readings of what stands before it."""


def parse(content: bytes, path: str) -> dict[str, Any]:
    """The TOML document in `content`; `path` is named in a `SettingsError`."""
    if content.count(b".") > KEY_PARTS and any(line.count(b".") > KEY_PARTS for line in content.splitlines()):
        raise SettingsError(
            f"{path}: more than {KEY_PARTS} dots on one line", "name another file with --config, or use --isolated"
        )
    try:
        document = _loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 at byte {error.start}", "save it as UTF-8") from None
    except ValueError as error:  # TOMLDecodeError, and what int and datetime say of a number
        why = (str(error) or "a value").splitlines()[0][:200]
        place = _PLACE.search(why)
        at, said = (f":{place[1]}:{place[2]}", why[: place.start()]) if place else ("", why)
        raise SettingsError(f"{path}{at}: not valid TOML: {said}", _CORRECT) from None
    except RecursionError:
        raise SettingsError(f"{path}: not valid TOML: nested too deeply", _CORRECT) from None
    return document


def for_note(error: SettingsError, path: str) -> str:
    """What `error` of `parse` says of the file at `path`, for a note that names the file itself."""
    return re.sub(r"^:(\d+):\d+: ", r"line \1: ", error.message.removeprefix(path)).removeprefix(": ")


def line_of(content: bytes, keys: tuple[str, ...]) -> int | None:
    """The line of `content`, from 1, on which the value or table at `keys` begins; None where that is not sure.

    `content` is valid TOML. ``tomllib`` names no lines. The statement begins on a line if the lines before it are a
    document without these keys, and the line adds them.
    """
    lines = content.decode("utf-8-sig").split("\n")
    naming = ((number, line) for number, line in enumerate(lines) if keys[-1] in line)
    for number, line in islice(naming, _TRIED):
        key, sign, _ = line.partition("=")
        before = "\n".join(lines[:number])
        if _holds(f"{before}\n{key}= 0" if sign else f"{before}\n{line}", keys):
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
