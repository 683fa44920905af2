"""What stands on a line of `syntax-guard stream`: a source to be judged, or why there is none."""

from __future__ import annotations

import json
from base64 import b64decode

from ..model import Record
from ..regex import regex
from ..reports.neutral import json_document, json_text
from ..sources.in_memory import Held
from ..sources.readers import SIZE_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO, NoReturn

READ_BYTES = 64 * 1024
"""Bytes that are read at once, as many as a pipe holds."""
LINE_LIMIT = SIZE_LIMIT * 3 // 2
"""Bytes of the longest line: room for the largest source in base64."""


class Line(Record):
    """One line, as it was read."""

    id: str
    """Its ``id`` as JSON: ``null`` where it has none."""
    source: Held | None
    """What is to be judged; None where the line holds no source."""
    error: str = ""
    """Why it holds none."""


class _BadLineError(Exception):
    """A line that holds no source, and why."""


def lines_together(stream: BinaryIO) -> Iterator[list[Line]]:
    """The lines of `stream`, those that come together at once. No line is waited for while another is here."""
    parts: list[bytes] = []
    size = 0
    while chunk := stream.read1(READ_BYTES):  # type: ignore[attr-defined]
        head, *others = chunk.split(b"\n")
        size += len(head)
        parts.append(head if size <= LINE_LIMIT else b"")  # of what is too long, nothing is kept
        if not others:
            continue
        yield [_line(parts, size), *map(read_line, others[:-1])]
        parts, size = [others[-1]], len(others[-1])
    if size:
        yield [_line(parts, size)]


def _line(parts: list[bytes], size: int) -> Line:
    if size > LINE_LIMIT:
        return Line("null", None, f"longer than {LINE_LIMIT >> 20} MiB")
    return read_line(b"".join(parts))


def read_line(line: bytes) -> Line:
    """What the bytes of one line say. This never raises."""
    said = "null"
    try:
        fields = _fields(line)
        said = _repeated(fields.get("id"), line)
        return Line(said, Held(_name(fields), _data(fields)))
    except _BadLineError as error:
        return Line(said, None, str(error))


def _fields(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line.decode(), parse_constant=_no_constant, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise _BadLineError(f"no JSON: {error}") from None
    if not isinstance(fields, dict):
        raise _BadLineError("not a JSON object")
    return fields


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a key is there twice")
    return fields


def _repeated(value: Any, line: bytes) -> str:
    """The JSON of the `value` that ``id`` has in `line`: as it stands there, unless there is one way to write it."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()  # what no reader of JSON takes stays here
    except (ValueError, RecursionError):
        raise _BadLineError("`id` cannot be repeated") from None
    if value is None or isinstance(value, (str, bool)) or (isinstance(value, int) and value):
        return json_document(value)[:-1]
    return json_text(_written(line.decode()))


def _written(line: str) -> str:
    """The text of ``id`` in `line`, which is a JSON object that has it."""
    scan = json.JSONDecoder().raw_decode
    at = line.index("{") + 1
    while True:
        key, at = scan(line, _token(line, at))
        start = _token(line, at)
        _, at = scan(line, start)
        if key == "id":
            return line[start:at]


def _token(line: str, at: int) -> int:
    """Where the next token begins, after what separates it from the one that ends at `at`."""
    found = _BETWEEN.match(line, at)
    return found.end() if found else at


_BETWEEN = regex(r"[ \t\r\n:,]*")


def _name(fields: dict[str, Any]) -> str:
    name = fields.get("name", "<source>")
    if not isinstance(name, str):
        raise _BadLineError("`name` is not a string")
    return name


def _data(fields: dict[str, Any]) -> bytes:
    if ("source" in fields) == ("base64" in fields):
        raise _BadLineError("one of `source` and `base64` is needed")
    field = "source" if "source" in fields else "base64"
    text = fields[field]
    if not isinstance(text, str):
        raise _BadLineError(f"`{field}` is not a string")
    try:
        return text.encode() if field == "source" else b64decode(text.encode("ascii"), validate=True)
    except UnicodeEncodeError:
        raise _BadLineError(f"`{field}` holds characters that have no bytes") from None
    except ValueError as error:
        raise _BadLineError(f"`base64` cannot be read: {error}") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
