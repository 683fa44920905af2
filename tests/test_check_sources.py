"""`check_sources`: the answers of `check_source`, in order, wherever it runs; and it leaves no process behind."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from syntax_guard import Settings, SourceResult, TargetError, check_source, check_sources

from .hostile.test_workers import children

if TYPE_CHECKING:
    from collections.abc import Iterator

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
NOTEBOOK = b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x = = 1"], "metadata": {}, "outputs": []}]}'
KINDS = [
    ("valid.py", b"x = 1\n", "valid"),
    ("broken.py", b"def f(:\n", "broken"),
    ("warned.py", b"x = '\\d' is 1\n", "valid"),
    ("hidden.py", "x = 1  # \u202e\n".encode(), "valid"),
    ("undecodable.py", b"\xff\xfe", "broken"),
    ("empty.py", b"", "valid"),
    ("valid.py", b"the name of another", "broken"),
    ("a.ipynb", NOTEBOOK, "broken"),
    ("no.ipynb", b"{", "undecided"),
]

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
PLAIN = [(name, data) for name, data, _ in KINDS[:3]]


def pairs(times: int = 1) -> list[tuple[str, bytes]]:
    return [(name, data) for name, data, _ in KINDS] * times


@pytest.mark.parametrize("settings", [Settings(jobs=1), Settings(jobs=2, warnings="error"),
                                      Settings(jobs=2, expected_broken=("broken.py",))],
                         ids=["one job", "warnings", "expected"])  # fmt: skip
def test_it_says_what_check_source_says(settings: Settings) -> None:
    sources = [*pairs(), *[("many.py", b"y = 2\n")] * 600, *pairs()]
    found = [*check_sources(sources, settings)]
    assert [one.name for one in found] == [name for name, _ in sources]
    for one, (name, data) in zip(found[-len(KINDS) :], pairs(), strict=True):
        assert one.diagnostics == check_source(data, name, settings)
    outcomes = [outcome for _, _, outcome in KINDS]
    assert [one.verdict for one in found] == [*outcomes, *["valid"] * 600, *outcomes]


def test_nothing_is_an_answer() -> None:
    assert list(check_sources([])) == []
    assert list(check_sources([("a", bytearray(b"x")), ("b", memoryview(b"y"))])) == [
        SourceResult("a", "valid", ((HERE, "valid"),)),
        SourceResult("b", "valid", ((HERE, "valid"),)),
    ]


def assert_gone(before: set[int]) -> None:
    """No process is left but those `before`; one that was just being started ends a moment later."""
    deadline = time.monotonic() + 20
    while children(os.getpid()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not children(os.getpid()) - before


def test_it_says_what_each_target_says() -> None:
    sources = [
        ("a.py", b"match x:\n    case 1: pass\n"),
        ("b.py", b"x = (\n"),
        ("c.ipynb", NOTEBOOK),
        ("d.ipynb", b"{"),
    ]
    found = [result.by_target for result in check_sources(sources, Settings(target_version=("3.9", "3.10")))]
    said = [("broken", "valid"), ("broken", "broken"), ("broken", "broken"), ("undecided", "undecided")]
    assert found == [tuple(zip(("3.9", "3.10"), each, strict=True)) for each in said]


def endless(taken: list[int]) -> Iterator[tuple[str, bytes]]:
    while True:
        taken.append(1)
        yield "a.py", b"x = 1\n"


def test_it_takes_what_it_needs_and_ends_what_it_started() -> None:
    taken: list[int] = []
    before = children(os.getpid())
    found = check_sources(endless(taken), Settings(jobs=2))
    assert not taken, "nothing is taken before it is asked for"
    assert next(found).verdict == "valid"
    few = len(taken)
    assert few < 3000
    for _ in range(5000):
        next(found)
    assert len(taken) < 5001 + few, "the writer is held back"
    assert children(os.getpid()) > before
    del found
    assert_gone(before)


def test_what_is_no_source_and_whom_nobody_can_ask() -> None:
    for wrong in (("a.py", "x = 1"), ("a.py", 1), (b"a.py", b""), ("a.py",), b"ab", None):
        with pytest.raises(TypeError, match=r"a str|its bytes|a pair"):
            list(check_sources([wrong]))  # type: ignore[list-item]
    with pytest.raises(TargetError):
        check_sources([], Settings(target_version=("2.7",)))


def test_an_error_of_the_iterable_is_raised_and_ends_it() -> None:
    def broken() -> Iterator[tuple[str, bytes]]:
        yield "a.py", b""
        raise LookupError

    before = children(os.getpid())
    with pytest.raises(LookupError):
        list(check_sources(broken()))
    assert_gone(before)


def is_right() -> bool:
    return [one.verdict for one in check_sources(pairs(3), Settings(jobs=2))] == [each[2] for each in KINDS] * 3


def test_in_threads() -> None:
    right: list[bool] = []
    threads = [threading.Thread(target=lambda: right.append(is_right())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 3


def _exit_with_the_answer() -> None:
    os._exit(0 if is_right() else 1)


@posix
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_in_a_forked_daemonic_process_while_the_parent_is_at_it() -> None:
    mine = check_sources(PLAIN * 200, Settings(jobs=2))
    first = next(mine)
    process = multiprocessing.get_context("fork").Process(target=_exit_with_the_answer, daemon=True)
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert [first.verdict, *(one.verdict for one in mine)] == ["valid", "broken", "valid"] * 200


@posix
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_forked_copy_that_drops_the_iterator_ends_no_process_of_the_parent() -> None:
    others = children(os.getpid())
    mine = check_sources(endless([]), Settings(jobs=1))
    next(mine)
    (worker,) = children(os.getpid()) - others
    process = os.fork()
    if not process:
        mine.close()  # type: ignore[attr-defined]
        os._exit(0)
    assert os.waitpid(process, 0)[1] == 0
    assert [next(mine).verdict for _ in range(1000)] == ["valid"] * 1000
    assert worker in children(os.getpid())
