"""`--restart-after`: failures in a row are counted for one life of process 1, and then end it."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from ..conftest import COMMAND
from ..namespaces import namespace
from .test_http_health import saying, server

restart = pytest.importorskip("syntax_guard.gates.restart")
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="counts in containers: needs POSIX")
URL = "http://127.0.0.1:1/"  # nobody listens on port 1


def count(folder: Path, results: str, *, identity: str = "boot 1", check: str = URL) -> list[int]:
    """What is counted for a row of results, `x` a failure and `.` a success."""
    return [restart.count(check, identity, failed=result == "x", folders=[str(folder)]) for result in results]


def test_failures_in_a_row_are_counted_and_a_success_ends_the_row(tmp_path: Path) -> None:
    assert count(tmp_path, "xxx.xx..x") == [1, 2, 3, 0, 1, 2, 0, 0, 1]


def test_a_count_from_another_life_of_process_1_is_worth_nothing(tmp_path: Path) -> None:
    count(tmp_path, "xx", identity="boot 1")
    assert count(tmp_path, "x", identity="boot 2") == [1]
    assert count(tmp_path, "x", identity="other-boot 2") == [1]


def test_each_url_has_its_own_count(tmp_path: Path) -> None:
    count(tmp_path, "xx")
    assert count(tmp_path, "x", check=f"{URL}other") == [1]
    assert count(tmp_path, "x") == [3]


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"boot 1 x", b"boot 1 -5", b"boot 1 " + b"9" * 5000, b"\xff\x00", b"boot 1 \xc2\xb2"]
)
def test_a_damaged_count_starts_anew(tmp_path: Path, content: bytes) -> None:
    count(tmp_path, "xx")
    next(tmp_path.iterdir()).write_bytes(content)
    assert count(tmp_path, "x") == [1]


def test_checks_that_overlap_lose_no_count(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        counts = list(pool.map(lambda _: count(tmp_path, "x")[0], range(200)))
    assert sorted(counts) == list(range(1, 201))


def test_a_link_or_a_foreign_file_in_a_shared_folder_is_left_alone(tmp_path: Path) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    shared.mkdir()
    own.mkdir()
    count(shared, "x")
    name = next(shared.iterdir())
    name.unlink()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    name.symlink_to(victim)
    folders = [str(shared), str(own)]
    assert restart.count(URL, "boot 1", failed=True, folders=folders) == 1
    assert victim.read_text() == "precious"
    assert [path.name for path in own.iterdir()] == [name.name]
    name.unlink()
    os.mkfifo(name)  # to be opened by nobody for ever
    assert restart.count(URL, "boot 1", failed=True, folders=folders) == 2
    name.unlink()
    os.link(victim, name)  # as anybody may where fs.protected_hardlinks is off
    assert restart.count(URL, "boot 1", failed=True, folders=folders) == 3
    assert victim.read_text() == "precious"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="becomes another user: needs root")
def test_a_file_of_another_user_is_left_alone(tmp_path: Path) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    shared.mkdir()
    own.mkdir()
    count(shared, "xx")
    name = next(shared.iterdir())
    os.chown(name, 65534, 65534)
    before = name.read_bytes()
    assert restart.count(URL, "boot 1", failed=True, folders=[str(shared), str(own)]) == 1
    assert name.read_bytes() == before


@pytest.mark.parametrize("lacking", ["SigCgt:\t0\n", "SigBlk:\tmany\nSigCgt:\t0\n", ""])
def test_a_sandbox_that_hides_process_1_is_no_traceback(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {"/proc/1/status": lacking, "/proc/1/stat": "1 (init) " + "0 " * 30 if lacking else "1 (init)"}
    monkeypatch.setattr(restart, "_read", lambda path: shown.get(path, "boot"))
    monkeypatch.setattr(restart, "FIRST_PID_NAMESPACE", "another")
    with pytest.raises(restart.RestartError, match="cannot look at process 1"):
        restart.process_one()


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(restart.RestartError, match="no folder"):
        count(tmp_path / "missing", "x")


# In a PID namespace, with a process 1 of its own -----------------------------------------------------------------

SERVER = """\
import os, signal, subprocess, sys, time
def ended(*_):
    print("ended", flush=True)
    os._exit(7)
{handler}
for arguments in {rounds!r}:
    done = subprocess.run([{command!r}, "probe", {url!r}, *arguments], capture_output=True, text=True)
    print(done.returncode, *(done.stdout + done.stderr).split(), flush=True)
{last}
"""


def as_process_1(
    rounds: list[list[str]], handler: str = "signal.signal(signal.SIGTERM, ended)", last: str = "", url: str = URL
) -> tuple[int, list[str]]:
    """Let a process 1 probe itself with these arguments; return its exit code and what it printed, a line a probe."""
    url = f"{url}{uuid4()}"
    code = SERVER.format(handler=handler, last=last, rounds=rounds, command=str(COMMAND), url=url)
    try:
        line = [*namespace(), sys.executable, "-c", code]
        done = subprocess.run(line, capture_output=True, text=True, timeout=60)
    finally:
        for folder in restart.FOLDERS:
            Path(folder, restart.file_name(url)).unlink(missing_ok=True)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


LIMIT = ["--restart-after=3", "--start-period=0"]


def test_the_nth_failure_in_a_row_ends_process_1() -> None:
    code, said = as_process_1([LIMIT] * 9)
    assert code == 7
    assert [line.rpartition("; ")[2] for line in said[:2]] == ["failure 1 of 3", "failure 2 of 3"]
    assert said[2] == "ended"
    assert len(said) == 3


def test_failures_while_it_starts_do_not_count() -> None:
    code, said = as_process_1([["--restart-after=1"]] * 3)
    assert code == 0
    assert ["not counted" in line for line in said] == [True] * 3


def test_a_server_that_answers_is_never_ended() -> None:
    with server(saying("HTTP/1.1 200 OK\r\n\r\n")) as address:
        code, said = as_process_1([LIMIT] * 4, url=f"{address}/")
    assert code == 0
    assert [line.partition(" ")[0] for line in said] == ["0"] * 4
    assert not any("failure" in line for line in said)


def test_it_is_off_by_default() -> None:
    code, said = as_process_1([["--start-period=0"]] * 5)
    assert code == 0
    assert not any("failure" in line for line in said)


def test_a_process_1_that_would_not_hear_it_is_told_what_it_lacks() -> None:
    code, said = as_process_1([["--restart-after=1", "--start-period=0"]], handler="")
    assert code == 0
    assert any("init: true" in line for line in said)


def test_an_init_that_takes_signals_from_a_queue_is_ended() -> None:
    # As tini, catatonit and the start gate do it: blocked, not caught.
    blocked = "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])"
    _, said = as_process_1([["--restart-after=1", "--start-period=0"]], handler=blocked)
    assert "sent SIGTERM to process 1" in said[0]


STUCK = "signal.signal(signal.SIGTERM, lambda *_: None)"


def test_a_server_that_is_stuck_is_killed_behind_its_init() -> None:
    rounds = [["--restart-after=2", "--start-period=0"]] * 4
    _, said = as_process_1(rounds, f"{STUCK}; child = subprocess.Popen(['sleep', '300'])", "print(child.wait(10))")
    assert ["sent SIGTERM" in line for line in said[:4]] == [False, True, True, False]
    assert said[4] == "-9"


def test_a_stuck_process_1_without_an_init_is_told_what_it_lacks() -> None:
    _, said = as_process_1([["--restart-after=1", "--start-period=0"]] * 2, STUCK)
    assert "init: true" in said[-1]
