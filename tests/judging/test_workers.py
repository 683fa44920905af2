"""Workers that several threads ask at once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from syntax_guard.judging.judgement import Inquiry, Limits, requests
from syntax_guard.judging.workers import Workers
from syntax_guard.model import Source
from syntax_guard.processes import resources, worker_pool
from syntax_guard.targets.machine import Machine
from syntax_guard.targets.resolve import resolve

if TYPE_CHECKING:
    from typing import Any

    import pytest

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
