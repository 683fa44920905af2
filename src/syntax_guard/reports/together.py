"""For people: findings that are better read as one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..model import Diagnostic


def together(
    diagnostics: Sequence[Diagnostic], cause: Callable[[Diagnostic], object]
) -> Iterator[tuple[Diagnostic, list[Diagnostic]]]:
    """Put findings together that have one cause.

    Args:
        diagnostics: Findings, in their order.
        cause: `of_files`, or `of_files_and_lines`.

    Yields:
        Each finding that is shown, with those that belong to it. The newest Python's is shown, else the first.
    """
    shown: dict[object, Diagnostic] = {}
    for one in diagnostics:
        first = shown.setdefault(cause(one), one)
        if _newest(one) > _newest(first):
            shown[cause(one)] = one
    belonging: dict[object, list[Diagnostic]] = {}
    for one in diagnostics:
        if one is not shown[cause(one)] and not _names_its_cause(one):
            belonging.setdefault(cause(one), []).append(one)
    for one in diagnostics:
        if one is shown[cause(one)]:
            yield one, belonging.get(cause(one), [])
        elif _names_its_cause(one):
            yield one, []


def of_files(one: Diagnostic) -> object:
    """The cause of a finding.

    Args:
        one: The finding.

    Returns:
        What several files share that lack the same Python. Each other finding is alone.
    """
    return (one.message, one.commit) if one.code == "no-interpreter" else id(one)


def of_files_and_lines(one: Diagnostic) -> object:
    """As `of_files`; a syntax error that two Pythons see on different lines has one cause, too.

    Args:
        one: The finding.

    Returns:
        Its cause.
    """
    if one.code == "syntax-error" and one.line is not None:
        return (one.path, one.member, one.cell, one.commit, one.distribution)
    return of_files(one)


def _names_its_cause(one: Diagnostic) -> bool:
    """Whether the hint says more than the words of a newer Python: then the error may be another one."""
    return one.code == "syntax-error" and one.hint is not None and not one.hint.startswith("CPython ")


def _newest(one: Diagnostic) -> tuple[int, int]:
    return max((target.version for target in one.targets), default=(0, 0))
