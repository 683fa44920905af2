"""TOML, bounded: a hostile document ends in one line, and soon."""

from __future__ import annotations

import sys

from ..errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_CORRECT = "correct it there: https://toml.io/en/v1.0.0 has the rules"
KEY_PARTS = 1000
"""Dots on one line: ``tomllib`` takes time quadratic in the parts of a key."""


def parse(content: bytes, path: str) -> dict[str, Any]:
    """The TOML document in `content`; `path` is named in a `SettingsError`."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    if content.count(b".") > KEY_PARTS and any(line.count(b".") > KEY_PARTS for line in content.splitlines()):
        raise SettingsError(
            f"{path}: more than {KEY_PARTS} dots on one line", "name another file with --config, or use --isolated"
        )
    try:
        document: dict[str, Any] = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 at byte {error.start}", "save it as UTF-8") from None
    except ValueError as error:  # TOMLDecodeError, and what int and datetime say of a number
        why = (str(error) or "a value").splitlines()[0][:200]
        raise SettingsError(f"{path}: not valid TOML: {why}", _CORRECT) from None
    except RecursionError:
        raise SettingsError(f"{path}: not valid TOML: nested too deeply", _CORRECT) from None
    return document
