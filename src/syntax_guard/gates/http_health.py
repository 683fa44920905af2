"""Ask a server for its health: one GET, answered within a deadline that holds for all of it.

It runs every few seconds for years, in images that have neither curl nor our extras. So it uses the C modules
below `socket`, and loads nothing of what `http.client` loads. It asks no proxy and follows no redirection: the answer
is that of this very server.
"""

from __future__ import annotations

import _socket
import _thread
import time

from ..model import Record
from .http_message import NoHttpError, Status, excerpt, heads
from .url import Address, read_url, without_secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

__all__ = ["Answer", "probe", "without_secret"]

_PIECE = 4096
"""Bytes that are read at once."""


class Answer(Record):
    """What a health check heard."""

    healthy: bool
    """True for a status from 200 to 299, within the deadline."""
    reason: str
    """One line, such as `503 Service Unavailable: the queue is full`, partly in the server's words."""


def probe(url: str, timeout: float, unix_socket: str | None = None) -> Answer:
    """Return what a GET of `url` (http or https) answers within `timeout` seconds.

    The server is that of the URL or, where a `unix_socket` is named, the one that listens there. The timeout covers all
    of it, from looking up the name to the last byte that is needed. Of a healthy answer no body is read, of another as
    much as is worth showing. A URL that cannot be asked is answered for too, since Docker reserves all exit codes of a
    health check but 0 and 1.
    """
    try:
        address = read_url(url)
    except ValueError as error:
        return Answer(False, str(error))
    started = time.monotonic()
    heard: list[Answer] = []
    done = _thread.allocate_lock()
    done.acquire()

    def listen() -> None:
        try:
            heard.extend(_ask(address, unix_socket, started + timeout))
        finally:
            done.release()

    try:
        # A thread, because looking up a name knows no timeout. A late one is left behind: the process ends soon.
        _thread.start_new_thread(listen, ())
    except RuntimeError:  # none is left in this container
        listen()
    done.acquire(timeout=timeout)
    if not heard:
        return Answer(False, f"no answer within {timeout:g} s")
    elapsed = time.monotonic() - started
    return Answer(heard[-1].healthy, f"{' '.join(heard[-1].reason.split())} in {elapsed:.2f} s")


def _ask(address: Address, unix_socket: str | None, deadline: float) -> Iterator[Answer]:
    """Yield an answer for each status, and again with the body of a refusal."""
    try:
        connection = _connection(address, unix_socket, deadline)
    except (OSError, ValueError) as error:  # refused, unknown host, bad certificate, timeout
        yield Answer(False, _words(error))
        return
    try:
        yield from _heard(connection, address, deadline)
    finally:
        connection.close()


def _heard(connection: Any, address: Address, deadline: float) -> Iterator[Answer]:
    pieces = _pieces(connection, deadline)
    status: Status | None = None
    try:
        connection.sendall(_request(address))
        for status in heads(pieces):
            yield Answer(status.is_success, status.line)
    except NoHttpError as error:
        yield Answer(False, f"no HTTP answer ({error})")
    except OSError as error:  # reset, timeout
        yield Answer(False, _words(error) if status is None else status.line)
    else:
        if status and not status.is_success and (said := _excerpt(status, pieces)):
            yield Answer(False, f"{status.line}: {said}")


def _excerpt(status: Status, pieces: Iterator[bytes]) -> str:
    try:
        return excerpt(status, pieces)
    except OSError:  # cut short, or late: the status has been heard
        return ""


def _words(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _request(address: Address) -> bytes:
    lines = [
        f"GET {address.target} HTTP/1.1",
        f"Host: {address.authority}",
        "Accept-Encoding: identity",
        "User-Agent: syntax-guard-probe",
        "Connection: close",
    ]
    return "".join([line + "\r\n" for line in [*lines, ""]]).encode("ascii")


def _connection(address: Address, unix_socket: str | None, deadline: float) -> Any:
    make: Callable[..., Any] = _socket.socket
    if address.secure:
        import socket  # which TLS needs around it, and which costs as much as all the rest

        make = socket.socket
    if unix_socket is None:
        connection = _connected(make, address, deadline)
    elif hasattr(_socket, "AF_UNIX"):
        connection = _open(make, (_socket.AF_UNIX, _socket.SOCK_STREAM, 0), unix_socket, deadline)
    else:
        raise OSError("this system has no Unix sockets")
    if not address.secure:
        return connection
    import ssl

    try:
        return ssl.create_default_context().wrap_socket(connection, server_hostname=address.host)
    except BaseException:
        connection.close()
        raise


def _connected(make: Callable[..., Any], address: Address, deadline: float) -> Any:
    """A connection to the first of the host's addresses that takes one."""
    refused: OSError = OSError("the host has no address")
    # As bytes: a string would be made an international name first, which is long to load and has rules of its own.
    for *kind, _, place in _socket.getaddrinfo(address.host.encode(), address.port, 0, _socket.SOCK_STREAM):
        try:
            return _open(make, kind, place, deadline)
        except OSError as error:
            refused = error
    raise refused


def _open(make: Callable[..., Any], kind: Sequence[int], place: object, deadline: float) -> Any:
    """A connection to one address; its `kind` is the socket's family, type and protocol."""
    connection = make(*kind)
    try:
        _within(connection, deadline)
        connection.connect(place)
    except BaseException:
        connection.close()
        raise
    return connection


def _pieces(connection: Any, deadline: float) -> Iterator[bytes]:
    """What the server says, as it comes, until it hangs up. Raises `OSError`, also when it is late."""
    while True:
        _within(connection, deadline)
        piece: bytes = connection.recv(_PIECE)
        if not piece:
            return
        yield piece


def _within(connection: Any, deadline: float) -> None:
    """Have the next step on `connection` end in time: a socket's own timeout starts again with each."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    connection.settimeout(left)
