"""What to do about an error, where the bytes give its cause away.

Each rule looks at one kind of evidence and answers with one line, or None; the first answer counts, so rules go from
what is certain (the first bytes of another kind of file) to what is likely (Python 2 on the line of the error). They
run for red sources only, and look at bounded pieces: the first 4 KiB, and the first 1,000 characters of a line.
"""

from __future__ import annotations

from ...sources.text import Text
from . import coding, leftovers, other_files, python_2
from .look import Look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...model import Problem

HEAD, LINE = 4096, 1000


def hint(problem: Problem, data: bytes) -> str | None:
    """Return one line that says what to do about ``problem`` in a source of the bytes ``data``, or None; never raises.

    The time it takes is linear in the length of ``data``.
    """
    if problem.kind in ("Crashed", "TimedOut", "Unreadable"):
        return None
    number = problem.line or 0
    line = Text(data).line(number) or ""
    look = Look(problem.kind, problem.message[:LINE], data, data[:HEAD], number, line[:LINE])
    for rule in RULES:
        said = rule(look)
        if said is not None:
            return said
    return None


RULES: tuple[Callable[[Look], str | None], ...] = (
    other_files.wide_text,
    other_files.other_kind_of_file,
    other_files.null_bytes,
    coding.another_coding,
    leftovers.merge_conflict,
    leftovers.fence_or_prompt,
    leftovers.pasted_character,
    leftovers.template,
    python_2.old_syntax,
    leftovers.mixed_indentation,
)
