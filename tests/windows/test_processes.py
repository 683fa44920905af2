"""How the tests tell processes of Windows apart, whose numbers are given again."""

from __future__ import annotations

import pytest

from .processes import Process, below, tell, told

ASKING, WORKER, BELOW, ORPHAN = Process(8, 50), Process(12, 60), Process(16, 60), Process(20, 40)


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({ASKING: 4}, set()),
        ({ASKING: 4, WORKER: 8, BELOW: 12}, {WORKER, BELOW}),
        ({ASKING: 4, WORKER: 8, ORPHAN: 8}, {WORKER}),  # the one that had this number before is gone
        ({ASKING: 4, WORKER: 8, ORPHAN: 12}, {WORKER}),
        ({ASKING: 8}, set()),
        ({WORKER: 8}, set()),
    ],
)
def test_what_a_process_started_is_no_older_than_it(known: dict[Process, int], found: set[Process]) -> None:
    assert below(ASKING.number, known) == found


def test_processes_are_told_from_one_process_to_another() -> None:
    assert told(f"a.py:1:2: b: c {tell([ASKING, WORKER])}\n1: 2") == {ASKING, WORKER}
    assert told(tell([])) == set()
