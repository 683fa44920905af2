"""What `probe` makes of servers: over TCP, over TLS and over a Unix socket, one row a behaviour."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import sys
import time
from typing import TYPE_CHECKING

import pytest

from syntax_guard.gates import http_health, restart
from syntax_guard.gates.url import read_url, without_secret

from .test_http_health import server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..conftest import Folder

OK = "HTTP/1.1 200 OK\r\n\r\n"
BUSY = "HTTP/1.1 503 Busy\r\n"
BEHAVIOURS: dict[str, tuple[list[str], bool, str]] = {
    # What the server sends, piece by piece; whether that is healthy; what is said of it.
    "plain": ([OK], True, "200 OK"),
    "no reason": (["HTTP/1.1 200\r\n\r\n"], True, "200"),
    "an empty reason": (["HTTP/1.1 204 \r\n\r\n"], True, "204"),
    "a long reason": (["HTTP/1.1 200 All is well here\r\n\r\n"], True, "200 All is well here"),
    "HTTP/1.0": (["HTTP/1.0 200 OK\r\n\r\n"], True, "200 OK"),
    "bare line feeds": (["HTTP/1.1 200 OK\nA: b\n\n"], True, "200 OK"),
    "byte by byte": ([*OK], True, "200 OK"),
    "100 first": (["HTTP/1.1 100 Continue\r\n\r\n", OK], True, "200 OK"),
    "102 first": (["HTTP/1.1 102 Processing\r\n\r\n", OK], True, "200 OK"),
    "103 first": (["HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", OK], True, "200 OK"),
    "102, 103 and 102 first": ([f"HTTP/1.1 {code} A\r\n\r\n" for code in (102, 103, 102)] + [OK], True, "200 OK"),
    "102 in one piece with the answer": ([f"HTTP/1.1 102 Processing\r\n\r\n{OK}"], True, "200 OK"),
    "103 before a refusal": (["HTTP/1.1 103 A\r\n\r\n", f"{BUSY}\r\n"], False, "503 Busy"),
    "102 and no more": (["HTTP/1.1 102 Processing\r\n\r\n"], False, "102 Processing"),
    "101": (["HTTP/1.1 101 Switching Protocols\r\n\r\n"], False, "101 Switching Protocols"),
    "a redirection": (["HTTP/1.1 301 Moved\r\nLocation: /x\r\n\r\n"], False, "301 Moved"),
    "a redirection for good": (["HTTP/1.1 308 Moved\r\nLocation: http://other/\r\n\r\n"], False, "308 Moved"),
    "not modified": (["HTTP/1.1 304 Not Modified\r\n\r\n"], False, "304 Not Modified"),
    "wants a password": (["HTTP/1.1 401 Unauthorized\r\n\r\n"], False, "401 Unauthorized"),
    "too many": (["HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\n\r\n"], False, "429 Too Many Requests"),
    "a status of its own": (["HTTP/1.1 999 Odd\r\n\r\n"], False, "999 Odd"),
    "a body of known length": ([f"{BUSY}Content-Length: 4\r\n\r\nfull and more"], False, "503 Busy: full"),
    "a body up to the end": ([f"{BUSY}\r\n", "full"], False, "503 Busy: full"),
    "a body in chunks": ([f"{BUSY}Transfer-Encoding: chunked\r\n\r\n2\r\nfu\r\n", "2;x=y\r\nll\r\n0\r\n\r\n"], False,
                         "503 Busy: full"),
    "a chunk of 31 characters": ([f"{BUSY}Transfer-Encoding: chunked\r\n\r\n",
                                  "1F\r\nfull of requests, and of others\r\n0\r\n\r\n"],
                                 False, "503 Busy: full of requests, and of others"),
    "chunks that are none": ([f"{BUSY}Transfer-Encoding: chunked\r\n\r\nzz\r\n"], False, "503 Busy"),
    "a chunk that is too long": ([f"{BUSY}Transfer-Encoding: chunked\r\n\r\n{'F' * 40}\r\nx"], False, "503 Busy"),
    "a body of several lines": ([f"{BUSY}\r\n{{\n 'a':\n 1}}\n"], False, "503 Busy: { 'a': 1}"),
    "a length that is none": ([f"{BUSY}Content-Length: -5\r\n\r\nfull"], False, "503 Busy: full"),
    "a length beyond all": ([f"{BUSY}Content-Length: {'9' * 30}\r\n\r\nfull"], False, "503 Busy: full"),
    "nothing": ([], False, "no HTTP answer"),
    "blank lines": (["\r\n\r\n"], False, "no HTTP answer"),
    "half a head": (["HTTP/1.1 200 OK\r\nA: b\r\n"], False, "no HTTP answer"),
    "half a status": (["HTTP/1.1 20"], False, "no HTTP answer"),
    "a short status": (["HTTP/1.1 20 OK\r\n\r\n"], False, "no HTTP answer"),
    "a long status": (["HTTP/1.1 2000 OK\r\n\r\n"], False, "no HTTP answer"),
    "a status in other digits": (["HTTP/1.1 \u00b2\u00b2\u00b2 OK\r\n\r\n"], False, "no HTTP answer"),
    "HTTP/2": (["HTTP/2 200 OK\r\n\r\n"], False, "no HTTP answer"),
    "HTTP/0.9": (["<html>hello</html>\n\n"], False, "no HTTP answer"),
    "SSH": (["SSH-2.0-OpenSSH_9.2\r\n\r\n"], False, "no HTTP answer"),
    "a database": (["N\0\0\0\x0a\xff5.7\0\n\n"], False, "no HTTP answer"),
    "a head without end": (["HTTP/1.1 200 OK\r\n"] + [f"A: {'x' * 1000}\r\n"] * 100, False, "its head is too long"),
    "a line without end": (["HTTP/1.1 200 OK\r\nA: " + "x" * 100_000], False, "its head is too long"),
    "provisional heads without end": (["HTTP/1.1 102 A\r\n\r\n"] * 100 + [OK], True, "200 OK"),
}  # fmt: skip


def sends(pieces: list[str]) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        for piece in pieces:
            connection.sendall(piece.encode("latin-1"))
            if len(pieces) < 10:
                time.sleep(0.005)

    return answer


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_what_a_server_does_is_judged_by_its_final_status(name: str) -> None:
    pieces, healthy, said = BEHAVIOURS[name]
    with server(sends(pieces)) as address:
        answer = http_health.probe(f"{address}/health", 10)
    assert answer.healthy is healthy
    # A server that hangs up on what it was asked may be heard as a reset.
    assert answer.reason.startswith(said) or (not healthy and "too long" in said + answer.reason), answer.reason


@pytest.mark.parametrize("name", ["plain", "102 first", "a body in chunks", "nothing", "half a head"])
def test_it_is_the_same_over_tls(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    pieces, healthy, said = BEHAVIOURS[name]

    def answer(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            sends(pieces)(wrapped)

    with server(answer) as address:
        heard = http_health.probe(address.replace("http:", "https:"), 10)
    assert heard.healthy is healthy
    assert heard.reason.startswith(said) or not healthy


unix = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no Unix sockets")


@unix
@pytest.mark.parametrize("name", ["plain", "103 first", "a body of known length", "nothing"])
def test_it_is_the_same_over_a_unix_socket(name: str, folder: Folder) -> None:
    pieces, healthy, said = BEHAVIOURS[name]
    asked: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        for piece in pieces:
            connection.sendall(piece.encode())

    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(folder.path / "s"))
    listening.listen()
    here = os.getcwd()
    os.chdir(folder.path)  # what getsockname says is no address of the web
    try:
        with server(answer, listening):
            run = folder.guard("probe", "--unix-socket", "s", "http://app/health?full=1")
    finally:
        os.chdir(here)
    assert (run.code, run.err) == (0 if healthy else 1, "")
    assert f": {said}" in run.out
    assert asked[0].startswith(b"GET /health?full=1 HTTP/1.1\r\nHost: app\r\n")


@unix
def test_a_unix_socket_that_is_not_there_is_named(folder: Folder) -> None:
    run = folder.guard("probe", "--unix-socket=none", "http://app/health")
    assert (run.code, run.err, "No such file" in run.out) == (1, "", True)


@pytest.mark.parametrize(
    "url",
    [
        "http://a..b/", "http://.a/", f"http://{'a' * 64}.example/", f"http://{'a.' * 130}b/", "http://a:b:c/",
        "http://[::1]x/", "http://[zz]/", "http://[1.2.3.4]/", "http://127.0.0.1:\u0661/", "http://127.0.0.1:123456/",
        "http://?a", "http://#a", "http:/a", "http//a", "://a", "http://us er@a/", "http://a\\b/", "http://a\0b/",
    ],
)  # fmt: skip
def test_a_url_that_nobody_can_ask_is_one_line_and_1(folder: Folder, url: str) -> None:
    if "\0" in url:
        assert not http_health.probe(url, 1).healthy
        return
    run = folder.guard("probe", url)
    assert (run.code, run.err, run.out.count("\n")) == (1, "", 1)


@pytest.mark.parametrize(
    ("url", "host", "port", "authority", "target"),
    [
        ("http://a", "a", 80, "a", "/"),
        ("https://a/", "a", 443, "a", "/"),
        ("HTTPS://a.b.:444", "a.b.", 444, "a.b.:444", "/"),
        ("http://a:/x", "a", 80, "a:", "/x"),
        ("http://a?b=/c@d", "a", 80, "a", "/?b=/c@d"),
        ("http://a/b#c?d", "a", 80, "a", "/b"),
        ("http://[::1]:8000/b", "::1", 8000, "[::1]:8000", "/b"),
        ("http://[fe80::1%25eth0]/", "fe80::1%eth0", 80, "[fe80::1%25eth0]", "/"),
        ("http://my_app:8000/", "my_app", 8000, "my_app:8000", "/"),
    ],
)
def test_a_url_is_read_as_the_rfc_writes_it(url: str, host: str, port: int, authority: str, target: str) -> None:
    read = read_url(url)
    assert (read.host, read.port, read.authority, read.target) == (host, port, authority, target)


def test_no_part_of_a_password_is_shown() -> None:
    assert without_secret("http://u:p@ss@host/a@b") == "http://***@host/a@b"
    assert without_secret("http://host/a@b") == "http://host/a@b"


@pytest.mark.parametrize("arguments", [[], ["--bad", "http://a/"], ["--timeout"], ["http://a/", "http://b/"]])
def test_what_cannot_be_asked_is_1_for_docker_reserves_2(folder: Folder, arguments: list[str]) -> None:
    run = folder.guard("probe", *arguments)
    assert (run.code, run.out, run.err.count("\n")) == (1, "", 1)


def test_a_closed_standard_output_does_not_change_what_was_heard(folder: Folder) -> None:
    if not shutil.which("sh"):
        pytest.skip("closes its output in a shell")
    with server(sends([OK])) as address:
        lines = [f"syntax-guard probe {url} >&-" for url in (address, "http://127.0.0.1:1/")]
        assert [folder.run("sh", "-c", line).code for line in lines] == [0, 1]


@pytest.mark.slow
def test_flags_are_read_alike_with_and_without_an_equals_sign(folder: Folder) -> None:
    with server(lambda _: time.sleep(2)) as address:
        for given in (["--timeout=0.2"], ["--timeout", "0.2"], ["--timeout", "+0.2"]):
            assert "0.2 s" in folder.guard("probe", *given, address).out.replace("timed out", "0.2 s")


@pytest.mark.skipif(sys.platform != "linux", reason="fills /dev/full, and counts in files")
def test_failures_are_counted_beside_a_folder_that_is_full(tmp_path: Path) -> None:
    mounted = pytest.importorskip("resource")
    full, free = tmp_path / "full", tmp_path / "free"
    full.mkdir()
    free.mkdir()
    counted = [restart.count("x", "one 1", failed=True, folders=[str(full)])]
    limits = mounted.getrlimit(mounted.RLIMIT_FSIZE)
    import signal

    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    mounted.setrlimit(mounted.RLIMIT_FSIZE, (0, limits[1]))  # nothing more can be written, as on a full disk
    try:
        with pytest.raises(restart.RestartError):
            restart.count("x", "one 1", failed=True, folders=[str(full)])
    finally:
        mounted.setrlimit(mounted.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    counted += [restart.count("x", "one 1", failed=True, folders=[str(full), str(free)]) for _ in range(2)]
    (full / restart.file_name("x")).unlink()
    counted.append(restart.count("x", "one 1", failed=True, folders=[str(full), str(free)]))
    assert counted == [1, 2, 3, 4]


PROBE = """
import sys
before = set(sys.modules)
from syntax_guard.cli.main import main
main(["probe", "http://127.0.0.1:1/", "--timeout=5", "--restart-after", "3"])
print(*sorted(set(sys.modules) - before))
"""


def test_its_start_loads_little(folder: Folder) -> None:
    loaded = folder.run(sys.executable, "-c", PROBE).out.splitlines()[-1].split()
    ours = [name for name in loaded if name.startswith("syntax_guard")]
    assert len(ours) < 25
    heavy = {"argparse", "email", "enum", "http", "re", "socket", "ssl", "subprocess", "threading", "urllib", "typing"}
    assert heavy.isdisjoint(name.partition(".")[0] for name in loaded)
