"""Regular expressions that are compiled when they are first used.

The rules and hints have many of them, and a run needs few. Each takes time to compile.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import Pattern
    from typing import Any, AnyStr


def regex(pattern: AnyStr, flags: int = 0) -> Pattern[AnyStr]:
    """The regular expression `pattern` with the `flags` of `re`, for its methods; no function of `re` takes it.

    A pattern that `re` refuses raises `re.error` at the first use.
    """
    late: Any = _Late(pattern, flags)
    return late  # type: ignore[no-any-return]


class _Late:
    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._given: Any = (pattern, flags)

    def __getattr__(self, name: str) -> object:
        from re import compile  # noqa: A004 - a second method of the same pattern finds it compiled

        method = getattr(compile(*self._given), name)
        setattr(self, name, method)  # the next use does not come here
        return method
