r"""The text in which small values are kept: rows of fields, with ``\t`` between fields and ``\n`` between rows.

Any text survives: a tab, a line break or a backslash in a field is escaped. No code, no pickle, and nothing to parse
for a row that is not looked at.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"))


def join(fields: Iterable[str]) -> str:
    """The row that holds `fields`."""
    return "\t".join([_escaped(field) for field in fields])


def split(row: str) -> list[str]:
    """The fields of a `row` that `join` made, or of any other text: this never raises."""
    fields = row.split("\t")
    return [_unescaped(field) for field in fields] if "\\" in row else fields


def pack(rows: Sequence[str]) -> bytes:
    """`rows`, as `join` made them, as bytes."""
    return "\n".join(rows).encode("utf-8", "surrogatepass")


def unpack(content: bytes) -> list[str]:
    """The rows that `pack` packed as `content`.

    Raises:
        ValueError: These bytes are no text.
    """
    return content.decode("utf-8", "surrogatepass").split("\n") if content else []


def _escaped(field: str) -> str:
    for character, escape in _ESCAPES:
        if character in field:
            field = field.replace(character, escape)
    return field


def _unescaped(field: str) -> str:
    parts = field.split("\\\\")
    return "\\".join([part.replace("\\t", "\t").replace("\\n", "\n") for part in parts])
