"""Copies of a process share a list of work: each number is answered once, and any copy may die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from syntax_guard.processes import fork_pool
from syntax_guard.processes.fork_pool import REPLACED, shared
from syntax_guard.processes.forked_call import halves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the system copies no process"),
    # Libraries of other tests keep threads, idle ones, in this process.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]
MORE_THAN_A_PIPE_HOLDS = 50_000


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Neither a process nor a descriptor is left of the copies of a test."""
    descriptors = set(os.listdir("/dev/fd"))
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert set(os.listdir("/dev/fd")) == descriptors


def work(number: int) -> bytes:
    return str(number).encode()


def answers(work: Callable[[int], bytes], count: int, copies: int) -> dict[int, bytes]:
    """The answers, none of which came twice."""
    found = list(shared(lambda: work, count, copies))
    assert len(found) == len(dict(found))
    return dict(found)


@pytest.mark.parametrize("count", [0, 1, 7, MORE_THAN_A_PIPE_HOLDS])
@pytest.mark.parametrize("many", [1, 2, 5])
def test_every_number_is_answered_once(count: int, many: int) -> None:
    assert answers(work, count, many) == {number: work(number) for number in range(count)}


@pytest.mark.parametrize("size", [0, 1, fork_pool.ANSWER_BYTES])
def test_answers_come_as_they_were_given(size: int) -> None:
    assert answers(lambda number: bytes([number % 256]) * size, 2000, 2) == {
        number: bytes([number % 256]) * size for number in range(2000)
    }


def test_answers_come_before_all_is_done() -> None:
    def slow(number: int) -> bytes:
        time.sleep(0.3)
        return work(number)

    sharing = shared(lambda: slow, 100, 2)
    started = time.monotonic()
    assert next(sharing)[0] in (0, 1)
    sharing.close()
    assert time.monotonic() - started < 15


def test_each_copy_begins_once(tmp_path: Path) -> None:
    def begin() -> Callable[[int], bytes]:
        (tmp_path / str(os.getpid())).touch(exist_ok=False)
        return work

    assert len(list(shared(begin, 100, 3))) == 100
    assert len(list(tmp_path.iterdir())) == 3


DEATHS: dict[str, Callable[[], object]] = {
    "raises": lambda: 1 // 0,
    "exits": sys.exit,
    "ends at once": lambda: os._exit(1),
    "is killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "has had its time": lambda: os.kill(os.getpid(), signal.SIGXCPU),
    "answers too much": lambda: b"x" * (fork_pool.ANSWER_BYTES + 1),
}


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("many", [1, 2])
def test_another_takes_the_place_of_a_copy_that_dies(death: str, many: int) -> None:
    def deadly(number: int) -> bytes:
        if number == 3:
            return DEATHS[death]()  # type: ignore[return-value]
        return work(number)

    found = answers(deadly, 2000, many)
    assert found == {number: work(number) for number in found}
    assert 3 not in found
    assert set(range(4, 2000)) <= set(found)  # what it had done before may be lost with it


def test_so_many_are_replaced_and_no_more(tmp_path: Path) -> None:
    def deadly(_: int) -> bytes:
        (tmp_path / str(os.getpid())).touch()
        os._exit(1)

    assert not answers(deadly, 1000, 2)
    assert len(list(tmp_path.iterdir())) == 2 + REPLACED


def test_a_copy_that_somebody_stopped_goes_on() -> None:
    def stopped(number: int) -> bytes:
        if number == 5:
            os.kill(os.getpid(), signal.SIGSTOP)
        return work(number)

    assert answers(stopped, 10, 1) == {number: work(number) for number in range(10)}


def test_a_copy_that_somebody_stopped_at_its_very_end_is_not_waited_for_for_ever() -> None:
    def stopped(number: int) -> bytes:
        if number == 9:
            os.closerange(3, 100)  # the pipe of its answers with them: it has nothing more to say
            os.kill(os.getpid(), signal.SIGSTOP)
        return work(number)

    assert answers(stopped, 10, 1) == {}


def test_half_of_the_work_that_somebody_stopped_goes_on() -> None:
    here = os.getpid()

    def stopped(items: Sequence[int]) -> bytes:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGSTOP)
        return bytes(items)

    assert halves(stopped, range(10), 2) == bytes(range(10))


def test_a_copy_that_falls_silent_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork_pool, "LOOKS", 3)

    def silent(number: int) -> bytes:
        if number == 5:
            time.sleep(600)
        return work(number)

    found = answers(silent, 20, 1)
    assert 5 not in found
    assert set(range(6, 20)) <= set(found)


def test_what_a_copy_prints_is_dropped(capfd: pytest.CaptureFixture[str]) -> None:
    def loud(number: int) -> bytes:
        os.write(1, b"out")
        os.write(2, b"err")
        return work(number)

    assert len(answers(loud, 10, 2)) == 10
    assert tuple(capfd.readouterr()) == ("", "")


def test_closing_ends_every_copy() -> None:
    def endless(number: int) -> bytes:
        time.sleep(0.25 if number < 2 else 600)
        return work(number)

    sharing = shared(lambda: endless, 10, 2)
    next(sharing)
    sharing.close()  # `nothing_is_left` sees to the rest


def test_a_signal_ends_a_copy_without_this_process_s_handler(tmp_path: Path) -> None:
    def handler(*_: object) -> None:
        (tmp_path / str(os.getpid())).touch()

    def terminated(number: int) -> bytes:
        if number == 0:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(60)
        return work(number)

    before = signal.signal(signal.SIGTERM, handler)
    try:
        found = answers(terminated, 3, 1)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert set(found) == {1, 2}
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("had", [0, 1])
def test_fewer_copies_than_wanted_do_the_work(had: int, monkeypatch: pytest.MonkeyPatch) -> None:
    fork, left = os.fork, [None] * had

    def scarce() -> int:
        if not left:
            raise BlockingIOError
        left.pop()
        return fork()

    monkeypatch.setattr(os, "fork", scarce)
    assert set(answers(work, 10, 3)) == (set(range(10)) if had else set())


def test_children_that_somebody_else_reaps_change_no_answer() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert answers(work, 100, 2) == {number: work(number) for number in range(100)}
    finally:
        signal.signal(signal.SIGCHLD, before)


SAFE = """
import sys, threading, _thread
from syntax_guard.processes.fork_pool import safe
lock = threading.Lock()
lock.acquire()
if sys.argv[1] == "thread":
    threading.Thread(target=lock.acquire, daemon=True).start()
elif sys.argv[1] == "unknown":
    _thread.start_new_thread(lock.acquire, ())
print(safe())
"""


@pytest.mark.parametrize(
    ("other", "safe"),
    [
        ("none", True),
        ("thread", False),
        pytest.param("unknown", False, marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")),
    ],
)
def test_beside_another_thread_no_copy_is_safe(other: str, safe: bool) -> None:
    said = subprocess.run([sys.executable, "-c", SAFE, other], capture_output=True, text=True, check=True).stdout
    assert said.strip() == str(safe)
