"""Warnings of valid sources, as rows that a cache can keep.

A source with warnings is judged by a compiler that has said all of it before, and its warnings are shown each time. A
row is a digest of the source in hexadecimal, and seven fields for each warning.
"""

from __future__ import annotations

from ..model import VALID, Problem, Verdict
from ..storage import records

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIMIT = 1 << 20
"""Characters that are kept; what was learned last stays."""
_FIELDS = 7


def row(verdicts: Sequence[Verdict]) -> str | None:
    """The warnings of `verdicts`, one a target; None where one of them is not valid."""
    fields: list[str] = []
    for place, verdict in enumerate(verdicts):
        if verdict.outcome != "valid":
            return None
        for one in verdict.warnings:
            numbers = (one.line, one.column, one.end_line, one.end_column)
            fields += [str(place), one.kind, one.message, *("" if n is None else str(n) for n in numbers)]
    return records.join(fields)


def verdicts(row: str, targets: int) -> tuple[Verdict, ...]:
    """The verdicts of so many `targets` that became `row`."""
    fields = records.split(row)
    said: list[list[Problem]] = [[] for _ in range(targets)]
    for start in range(0, len(fields), _FIELDS):
        place, kind, message, *numbers = fields[start : start + _FIELDS]
        line, column, end_line, end_column = (int(number) if number else None for number in numbers)
        said[int(place)].append(Problem(kind, message, line, column, end_line, end_column))
    return tuple(Verdict("valid", None, tuple(warnings)) if warnings else VALID for warnings in said)


def pack(rows: Mapping[bytes, str]) -> bytes:
    """`rows` by the digests of their sources, the newest last, as bytes."""
    kept: list[str] = []
    room = LIMIT
    for digest, one in reversed(list(rows.items())):
        room -= len(one) + 2 * len(digest) + 2
        if room < 0:
            break
        kept.append(f"{digest.hex()}\t{one}")
    return records.pack(kept[::-1])


def unpack(content: bytes) -> dict[bytes, str]:
    """What `pack` packed."""
    found = {}
    for entry in records.unpack(content):
        digest, _, one = entry.partition("\t")
        found[bytes.fromhex(digest)] = one
    return found
