"""Workers that several threads ask at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from syntax_guard.judging.judgement import Inquiry, Limits, requests
from syntax_guard.judging.workers import Workers
from syntax_guard.model import Problem, Source
from syntax_guard.processes import resources, worker_pool
from syntax_guard.targets.machine import Machine
from syntax_guard.targets.resolve import resolve

if TYPE_CHECKING:
    from typing import Any

    from syntax_guard.processes.worker import Answer


def test_threads_that_ask_first_at_the_same_time_share_one_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2)
    pools: list[worker_pool.WorkerPool] = []
    affordable, pool = resources.affordable, worker_pool.WorkerPool

    def when_both_are_here(memory: int) -> int:
        try:
            both.wait(0.5)
        except threading.BrokenBarrierError:  # the other one waits for this one, as it should
            pass
        return affordable(memory)

    def counted(*given: Any) -> worker_pool.WorkerPool:
        pools.append(pool(*given))
        return pools[-1]

    monkeypatch.setattr(resources, "affordable", when_both_are_here)
    monkeypatch.setattr(worker_pool, "WorkerPool", counted)
    targets = resolve((), (), None, Machine({}))
    workers = Workers(Inquiry(targets, requests(targets), Limits(2, 30.0, 1 << 30)))
    answers: list[Answer] = []
    asking = [threading.Thread(target=lambda: answers.extend(workers.ask(0, [Source("a", b"x = 1\n")])))
              for _ in range(2)]  # fmt: skip
    try:
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    finally:
        for one in pools:
            one.close()
    assert (len(pools), len(answers)) == (1, 2)


def test_a_pool_that_is_closed_starts_nothing() -> None:
    """Threads that have work left when an iterator is closed each started an interpreter, only to kill it."""
    missing = ("no such interpreter",)
    pool = worker_pool.WorkerPool({missing: "CPython"}, 5, 0)
    (answer,) = pool.ask(missing, [b""])
    assert isinstance(answer, Problem)
    pool.close()
    with pytest.raises(worker_pool.PoolClosedError):
        pool.ask(missing, [b""])
