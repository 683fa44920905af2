"""`syntax-guard probe URL`: a health check that ends in time, whatever the server does."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from contextlib import contextmanager

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..conftest import Folder

STATUSES = {
    "200 OK": 0,
    "204 No Content": 0,
    "299 Odd": 0,
    "199 Odd": 1,
    "302 Found\r\nLocation: /other": 1,
    "404 Not Found": 1,
    "500 Internal Server Error": 1,
    "503 Service Unavailable": 1,
}


@contextmanager
def server(answer: Callable[[socket.socket], None], listening: socket.socket | None = None) -> Iterator[str]:
    """A server that treats every connection as `answer` says, and its address."""
    with listening or socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    try:
                        answer(connection)
                    except OSError:  # the probe has gone
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        host, port = listening.getsockname()[:2]
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def saying(answer: str) -> Callable[[socket.socket], None]:
    def say(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer.encode())

    return say


def silent(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.recv(1)  # until the probe hangs up


def dribbling(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: 1\r\n")  # each line resets a socket's own timeout
        time.sleep(0.05)


@pytest.mark.parametrize(("status", "code"), STATUSES.items(), ids=[status[:3] for status in STATUSES])
def test_2xx_is_healthy_and_nothing_else(folder: Folder, status: str, code: int) -> None:
    with server(saying(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")) as address:
        run = folder.guard("probe", f"{address}/health")
    assert run.code == code
    first = re.escape(status.splitlines()[0])
    assert re.fullmatch(rf"{address}/health: {first} in \d+\.\d\d s\n", run.out)
    assert run.err == ""


def test_it_asks_for_what_the_url_says(folder: Folder) -> None:
    asked: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    with server(listen) as address:
        folder.guard("probe", f"{address}/a/b?c=d%20e#fragment")
        folder.guard("probe", address)
    assert asked[0].startswith(b"GET /a/b?c=d%20e HTTP/1.1\r\n")
    assert asked[1].startswith(b"GET / HTTP/1.1\r\n")
    assert len(asked) == 2


def test_a_refusal_shows_what_the_server_says_of_it_made_harmless(folder: Folder) -> None:
    body = '{"queue":\n  "full"}\n\x1b[31m::error::x\u202e' + "x" * 10_000
    with server(saying(f"HTTP/1.1 503 Service Unavailable\r\n\r\n{body}")) as address:
        run = folder.guard("probe", address)
    assert run.code == 1
    assert '503 Service Unavailable: {"queue": "full"}' in run.out
    assert run.out.count("\n") == 1
    assert run.out[:-1].isprintable()
    assert len(run.out) < 400


NODE = '{"componentType": "component", "status": "fail", "errorType": "SyntaxError", "componentId": "app/a.py"}'
BODIES = {
    f'{{"status": "fail", "checks": {{"sources:responseTime": [{NODE}], "x:y": [{{"status": "pass"}}]}}}}':
        "503 No: sources: SyntaxError app/a.py in 0.",
    f'{{"checks": {{"sources": [{NODE}, {NODE}], "restart": [{{"status": "fail"}}]}}}}':
        "503 No: sources: SyntaxError app/a.py, sources: SyntaxError app/a.py, restart: fail in 0.",
    '{"checks": [1]}': '503 No: {"checks": [1]} in 0.',
    '{"checks": ': '503 No: {"checks": in 0.',
    "x" * 201: f"503 No: {'x' * 200}... in 0.",
}  # fmt: skip


@pytest.mark.parametrize(("body", "shown"), BODIES.items())
def test_a_refusal_names_what_fails_or_shows_where_it_is_cut(folder: Folder, body: str, shown: str) -> None:
    with server(saying(f"HTTP/1.1 503 No\r\nContent-Type: application/health+json\r\n\r\n{body}")) as address:
        assert shown in folder.guard("probe", address).out


@pytest.mark.parametrize("behaviour", [silent, dribbling], ids=["says nothing", "never comes to an end"])
def test_the_timeout_holds_for_all_of_it(folder: Folder, behaviour: Callable[[socket.socket], None]) -> None:
    with server(behaviour) as address:
        run = folder.guard("probe", address, "--timeout", "0.5")
    assert run.code == 1
    assert "no answer within 0.5 s" in run.out or "timed out" in run.out


def endless(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def test_of_a_healthy_answer_no_body_is_read(folder: Folder) -> None:
    with server(endless) as address:
        run = folder.guard("probe", address)
    assert (run.code, run.out.count("\n")) == (0, 1)


def dripping(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 1000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def test_a_refusal_that_never_comes_to_an_end_is_known_by_its_status(folder: Folder) -> None:
    with server(dripping) as address:
        run = folder.guard("probe", address, "--timeout", "0.5")
    assert run.code == 1
    assert ": 503 Service Unavailable in 0." in run.out


def test_a_refusal_that_is_cut_short_is_known_by_its_status(folder: Folder) -> None:
    with server(saying("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\nno length")) as address:
        run = folder.guard("probe", address)
    assert run.code == 1
    assert ": 503 Busy in " in run.out


def test_it_asks_over_ipv6_too(folder: Folder) -> None:
    try:
        listening = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")
    with server(saying("HTTP/1.1 204 No Content\r\n\r\n"), listening) as address:
        run = folder.guard("probe", address)
    assert (run.code, "[::1]" in run.out) == (0, True)


def test_a_certificate_is_held_to_who_may_sign_it(folder: Folder) -> None:
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder.path / "authority.pem"))
    plain = saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    def say(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            plain(wrapped)

    with server(say) as address:
        url = address.replace("http:", "https:")
        unknown = folder.guard("probe", url)
        known = folder.guard("probe", url, environment={"SSL_CERT_FILE": str(folder.path / "authority.pem")})
        misnamed = folder.guard(
            "probe",
            url.replace("127.0.0.1", "localhost"),
            environment={"SSL_CERT_FILE": str(folder.path / "authority.pem")},
        )
    assert [unknown.code, known.code, misnamed.code] == [1, 0, 1]
    assert all("certificate" in run.out.lower() for run in (unknown, misnamed))
    assert (unknown.err, misnamed.err) == ("", "")


def test_a_password_is_neither_sent_nor_shown(folder: Folder) -> None:
    asked: list[bytes] = []
    with server(lambda connection: asked.append(connection.recv(65536))) as address:
        run = folder.guard("probe", address.replace("//", "//user:hunter2@") + "/a@b")
    assert (run.code, asked) == (1, [])
    assert "hunter2" not in run.out + run.err


@pytest.mark.parametrize(
    "answer", ["", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nX: " + "x" * 70_000]
)
def test_what_is_no_http_is_not_healthy(folder: Folder, answer: str) -> None:
    with server(saying(answer)) as address:
        run = folder.guard("probe", address)
    assert (run.code, run.err, run.out.count("\n")) == (1, "", 1)


def test_a_server_without_tls_is_not_healthy_over_https(folder: Folder) -> None:
    with server(saying("HTTP/1.1 200 OK\r\n\r\n")) as address:
        run = folder.guard("probe", address.replace("http:", "https:"))
    assert (run.code, run.err, run.out.count("\n")) == (1, "", 1)


def test_a_closed_port_is_named(folder: Folder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    run = folder.guard("probe", f"http://127.0.0.1:{port}/")
    assert run.code == 1
    assert "refused" in run.out


def test_no_proxy_is_asked(folder: Folder) -> None:
    with server(saying("HTTP/1.1 200 OK\r\n\r\n")) as address:
        proxy = "http://127.0.0.1:1"
        run = folder.guard("probe", address, environment={"http_proxy": proxy, "HTTP_PROXY": proxy})
    assert run.code == 0


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8000/health",
        "ftp://127.0.0.1/",
        "http://",
        "http:///health",
        "http://127.0.0.1:port/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:0/",
        "http://[::1/",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/a\r\nX: y",
        "http://127.0.0.1/\u00e4",
        "",
    ],
)
def test_a_url_that_cannot_be_asked_is_not_healthy_and_no_traceback(folder: Folder, url: str) -> None:
    run = folder.guard("probe", url)  # exit code 1: Docker reserves 2
    assert (run.code, run.err, run.out.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("option", [["--timeout=0"], ["--timeout=x"], ["--restart-after=0"], ["--restart-after=1.5"]])
def test_an_option_that_makes_no_sense_is_refused(folder: Folder, option: list[str]) -> None:
    run = folder.guard("probe", "http://127.0.0.1:1/", *option)  # exit code 1: Docker reserves 2
    assert (run.code, run.out, run.err.count("\n")) == (1, "", 1)
    assert option[0].split("=")[0] in run.err


def test_outside_of_a_container_nothing_is_ended(folder: Folder) -> None:
    run = folder.guard("probe", "http://127.0.0.1:1/", "--restart-after=1", "--start-period=0")
    assert run.code == 1
    assert "sent SIGTERM" not in run.out
