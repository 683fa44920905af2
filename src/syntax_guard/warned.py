"""Warnings of valid sources, as lines of text that a cache can keep.

A source with warnings is judged by a compiler that has said all of it before, and its warnings are shown each time. A
line is a digest of the source in hexadecimal, and seven fields for each warning, with tabs between.
"""

from __future__ import annotations

from .answers import VALID
from .model import Problem, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Verdicts = tuple[Verdict, ...]

LIMIT = 1 << 20
"""Characters that are kept; what was learned last stays."""
_FIELDS = 7


def text(verdicts: Sequence[Verdict]) -> str | None:
    """The warnings of `verdicts`, one a target; None where one is not valid, or its words cannot be kept."""
    fields: list[str] = []
    for place, verdict in enumerate(verdicts):
        if verdict.outcome != "valid":
            return None
        for one in verdict.warnings:
            numbers = (one.line, one.column, one.end_line, one.end_column)
            fields += [str(place), one.kind, one.message, *("" if n is None else str(n) for n in numbers)]
    line = "\t".join(fields)
    return line if line.count("\t") == len(fields) - 1 and "\n" not in line else None


def verdicts(line: str, targets: int) -> Verdicts:
    """The verdicts of so many `targets` that `text` returned."""
    fields = line.split("\t")
    said: list[list[Problem]] = [[] for _ in range(targets)]
    for start in range(0, len(fields), _FIELDS):
        place, kind, message, *numbers = fields[start : start + _FIELDS]
        row, column, end_row, end_column = (int(number) if number else None for number in numbers)
        said[int(place)].append(Problem(kind, message, row, column, end_row, end_column))
    return tuple(Verdict("valid", None, tuple(warnings)) if warnings else VALID for warnings in said)


def pack(lines: Mapping[bytes, str]) -> bytes:
    """`lines` by the digests of their sources, the newest last, as bytes."""
    kept: list[str] = []
    room = LIMIT
    for digest, line in reversed(list(lines.items())):
        room -= len(line) + 2 * len(digest) + 2
        if room < 0:
            break
        kept.append(f"{digest.hex()}\t{line}")
    return "\n".join(reversed(kept)).encode("utf-8", "surrogatepass")


def unpack(content: bytes) -> dict[bytes, str]:
    """What `pack` packed."""
    found = {}
    for entry in content.decode("utf-8", "surrogatepass").split("\n") if content else ():
        digest, _, line = entry.partition("\t")
        found[bytes.fromhex(digest)] = line
    return found
