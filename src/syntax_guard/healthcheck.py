"""Ask a server for its health: one GET, answered within a deadline that holds for all of it.

The standard library alone, since it runs every few seconds in images that have neither curl nor our extras. No proxy
is asked and no redirection followed: the question is put to this very server.
"""

from __future__ import annotations

import http.client
import re
import time
from threading import Thread
from urllib.parse import urlsplit

from .model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from urllib.parse import SplitResult

_EXCERPT = 200  # characters of a refusing answer's body that are worth showing


class Answer(Record):
    """What a health check heard."""

    healthy: bool
    """True for a status from 200 to 299, within the deadline."""
    reason: str
    """One line, such as `503 Service Unavailable: the queue is full`, partly in the server's words."""


def probe(url: str, timeout: float) -> Answer:
    """Return what a GET of `url` (http or https) answers within `timeout` seconds.

    The timeout covers all of it, from looking up the name to the last byte that is needed; a socket's own timeout
    starts afresh with every byte. Of a healthy answer no body is read, of another as much as is worth showing. A URL
    that cannot be asked is answered for too, since Docker reserves all exit codes of a health check but 0 and 1.
    """
    if trouble := _trouble(url):
        return Answer(False, trouble)
    parts = urlsplit(url)
    heard: list[Answer] = []

    def listen() -> None:
        for answer in _ask(parts, timeout):
            heard.append(answer)  # noqa: PERF402 - each as it comes

    started = time.monotonic()
    # A thread, because looking up a name knows no timeout. It is left behind when it is late: the process ends soon.
    thread = Thread(target=listen, daemon=True)
    thread.start()
    thread.join(timeout)
    if not heard:
        return Answer(False, f"no answer within {timeout:g} s")
    elapsed = time.monotonic() - started
    return Answer(heard[-1].healthy, f"{' '.join(heard[-1].reason.split())} in {elapsed:.2f} s")


def _trouble(url: str) -> str:
    """What is wrong with `url`, or nothing."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return "not an http or https URL with a host, such as http://127.0.0.1:8000/health"
    if parts.username is not None or parts.password is not None:
        return "no user and password are sent, and what stands in a command is no secret; ask for a page without"
    if not url.isascii() or not url.isprintable() or " " in url:
        return "a character that no URL may hold; percent-encode it"
    return ""


def _ask(parts: SplitResult, timeout: float) -> Iterator[Answer]:
    """Yield the answer as soon as the status is known, and again with the body of a refusal."""
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", target, headers={"User-Agent": "syntax-guard-probe", "Connection": "close"})
        response = connection.getresponse()
    except OSError as error:  # refused, reset, unknown host, bad certificate, timeout
        yield Answer(False, error.strerror or str(error) or type(error).__name__)
        return
    except http.client.HTTPException as error:  # not HTTP, or cut short
        yield Answer(False, f"no HTTP answer ({type(error).__name__})")
        return
    reason = f"{response.status} {response.reason}".rstrip()
    healthy = 200 <= response.status < 300
    yield Answer(healthy, reason)
    if not healthy:
        try:
            body = response.read(4 * _EXCERPT).decode(errors="replace").strip()
        except (OSError, http.client.HTTPException):  # cut short: the status has been heard
            return
        if body:
            yield Answer(healthy, f"{reason}: {body[:_EXCERPT]}")


def without_secret(url: str) -> str:
    """`url` as it may be shown, without the user and password that it may hold."""
    return re.sub(r"(?<=//)[^/?#]*@", "***@", url, count=1)
