"""What is said of a cell of a notebook besides what is said of any source."""

from __future__ import annotations

from ..model import Diagnostic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..sources.readable import Readable

_TAG = "if it is meant to fail, give the cell the tag `raises-exception`"
_TAGGED = "it is meant to fail, as the cell's tag `raises-exception` says"


def may_fail(file: Readable) -> bool:
    """Whether `file` is a cell that its notebook says to fail on purpose."""
    return bool(getattr(file, "may_fail", False))


def forgiven(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The findings `found` of a cell that `may_fail`: they are reported, and are no errors."""
    for one in found:
        yield Diagnostic(**{**vars(one), "severity": "warning", "hint": _TAGGED})


def shown(file: Readable, found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The findings `found` of `file`, without what stands between the cells of a script and not in the file."""
    if not hasattr(file, "may_fail") or file.cell is not None:
        return found
    from ..sources.notebooks.percent import BETWEEN

    none = dict.fromkeys(("column", "end_line", "end_column", "source_line"))
    between = BETWEEN.decode()
    return tuple(Diagnostic(**{**vars(one), **none}) if one.source_line == between else one for one in found)


def hinted(file: Readable, found: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    """The findings `found` of `file`; where it is a cell that has failed before, with a hint at the tag."""
    if not getattr(file, "failed", False):
        return found
    return [Diagnostic(**{**vars(one), "hint": f"{one.hint}; {_TAG}" if one.hint else _TAG}) for one in found]
