"""The answer of a server: the heads that it sends, and the start of a body (RFC 9112)."""

from __future__ import annotations

from ..model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD_LIMIT = 64 * 1024
"""Bytes of all heads together."""
_EXCERPT = 200
"""Characters of a refusing answer's body that are worth showing."""
_BODY_LIMIT = 4 * _EXCERPT
_DOCUMENT_LIMIT = 64 * 1024
"""Bytes of a body in JSON: one that is cut says nothing."""
_SWITCHING = 101
"""The one status below 200 after which nothing follows that can be read here."""


class NoHttpError(Exception):
    """What the server says is no HTTP, or ends too early."""


class Status(Record):
    """The head of an answer."""

    line: str
    """Such as ``503 Service Unavailable``."""
    code: int
    fields: dict[str, str]
    """Header fields, by their names in small letters."""
    rest: bytes
    """What has been read after the head."""

    @property
    def is_success(self) -> bool:
        """Whether the code is 2xx."""
        return 200 <= self.code < 300


def heads(pieces: Iterator[bytes]) -> Iterator[Status]:
    """Yield the heads in what a server says: any number of provisional ones (1xx), and the final one.

    Raises `NoHttpError` where none comes. A provisional head without a final one is an answer, too.
    """
    said = b""
    read = 0
    status: Status | None = None
    while True:
        head, end, rest = _cut(said)
        if end:
            status = _status(head, rest)
            yield status
            if status.code >= 200 or status.code == _SWITCHING:
                return
            said = rest
            continue
        if read > _HEAD_LIMIT:
            raise NoHttpError("its head is too long")
        piece = next(pieces, b"")
        if not piece:
            if status is None:
                raise NoHttpError("it ends before its head does" if said else "the server hung up")
            return
        said += piece
        read += len(piece)


def _cut(said: bytes) -> tuple[bytes, bytes, bytes]:
    """The first head in `said`, the blank line that ends it, if there is one, and the rest."""
    ends = [(place, end) for end in (b"\r\n\r\n", b"\n\n") if (place := said.find(end)) >= 0]
    return said.partition(min(ends)[1]) if ends else (said, b"", b"")


def _status(head: bytes, rest: bytes) -> Status:
    first, *lines = head.decode("iso-8859-1").replace("\r\n", "\n").split("\n")
    version, _, line = first.partition(" ")
    line = line.strip()
    code = line[:3]
    if not version.startswith("HTTP/1.") or len(code) < 3 or not code.isdecimal() or line[3:4] not in ("", " "):
        raise NoHttpError("it begins with no status")
    fields = {}
    for each in lines:
        name, _, value = each.partition(":")
        fields[name.strip().lower()] = value.strip()
    return Status(line, int(code), fields, rest)


def excerpt(status: Status, pieces: Iterator[bytes]) -> str:
    """What fails by the body after `status`, a health document, or the start of another; nothing of one that breaks
    off."""
    body = status.rest
    limit = _DOCUMENT_LIMIT if "json" in status.fields.get("content-type", "") else _BODY_LIMIT
    chunked = "chunked" in status.fields.get("transfer-encoding", "").lower()
    length = status.fields.get("content-length", "")
    enough = min(int(length), limit) if length.isdecimal() and len(length) < 20 else limit
    while len(body) < enough and not (chunked and body.endswith(b"0\r\n\r\n")):
        piece = next(pieces, b"")
        if not piece:
            break
        body += piece
    text = (_unchunked(body) if chunked else body[:enough]).decode(errors="replace").strip()
    text = ", ".join(_failing(text)) or text
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}..."


def _failing(text: str) -> Iterator[str]:
    """Each check that fails by the health document `text`: its name, and what is wrong with which component."""
    if not text.startswith("{"):
        return
    from json import loads  # longer to load than all that a healthy answer needs

    try:
        checks = loads(text).get("checks")
    except (ValueError, RecursionError):
        return
    for name, nodes in checks.items() if isinstance(checks, dict) else ():
        for node in nodes if isinstance(nodes, list) else ():
            if isinstance(node, dict) and node.get("status") == "fail":
                said = (str(node[key]) for key in ("errorType", "componentId") if key in node)
                yield f"{name.partition(':')[0]}: {' '.join(said) or 'fail'}"


def _unchunked(body: bytes) -> bytes:
    """The content of what has come of a body in chunks; nothing of what is none."""
    content = b""
    while True:
        size, end, rest = body.partition(b"\r\n")
        digits = size.partition(b";")[0].strip()
        if not end or not digits or len(digits) > 8 or digits.strip(b"0123456789abcdefABCDEF"):
            return content
        length = int(digits, 16)
        if not length:
            return content
        content += rest[:length]
        body = rest[length + 2 :]
