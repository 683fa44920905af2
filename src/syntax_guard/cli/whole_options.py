"""Options that need no ``argparse``, whose import takes as long as the start of Python: each is one word.

That is how hooks give them: ``args: [--target-version=3.9, --]``.
"""

from __future__ import annotations

import os

from ..config.options import OF_SERVERS, OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Any

    from ..config.options import Option

OF_OTHERS = (*OF_SERVERS, "max-findings")
"""The settings that `check` does not take."""


def read(words: Sequence[str], switches: Collection[str]) -> tuple[list[str], dict[str, Any]] | None:
    """The paths and the options among `words`, as `parser` reads them, but only those that are given.

    Args:
        words: Arguments of `check`, up to ``--``.
        switches: Its options that take no value and set nothing, such as ``--staged``.

    Returns:
        The paths, and the fields with their values; None where `parser` has to tell: an option stands apart from its
        value or between two paths, is none, or may be the name of a file that follows ``--hook``.
    """
    settings = {flag: option for option in OPTIONS if option.name not in OF_OTHERS for flag in option.flags}
    paths: list[str] = []
    flags: dict[str, Any] = {}
    is_behind = False
    for word in words:
        if word == "-" or not word.startswith("-"):
            if is_behind:
                return None
            paths.append(word)
            continue
        is_behind = bool(paths)
        if "--hook" in words and os.path.lexists(word):
            return None
        name, _, value = word.partition("=")
        option = settings.get(name)
        if word in switches:
            flags[word[2:].replace("-", "_")] = True
        elif option is None:
            return None
        elif word == name and not _takes_value(option):
            flags[option.field] = not option.on
        elif not value or not name.startswith("--") or not _takes_value(option):
            return None
        elif option.repeats:
            flags.setdefault(option.field, []).append(value)
        else:
            flags[option.field] = value
    return paths, flags


def _takes_value(option: Option) -> bool:
    return bool(option.metavar or option.choices)
