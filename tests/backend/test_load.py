"""Two hundred probes at a time on one worker whose database is away: nothing grows, everybody is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from .load import DEADLINE, run
from .postgres import Database

pytestmark = pytest.mark.slow

SECONDS = 30
PROBES = 200
CHECKS = 6


@pytest.mark.parametrize("failure", ["stopped", "black-hole"])
def test_memory_and_threads_level_off_and_answers_come_in_time(
    failure: str, tmp_path: Path, own_database: Database
) -> None:
    figures = run(own_database, tmp_path, failure, PROBES, SECONDS)
    assert set(figures.statuses) == {503}
    assert figures.statuses[503] > PROBES
    # With room for a machine that is busy with other things, and none for a connect timeout of 10 s.
    assert max(figures.seconds) < DEADLINE + 4
    assert max(sample[2] for sample in figures.samples) <= 1 + CHECKS, "the event loop's thread and one for each check"
    half = len(figures.samples) // 2
    memory = [sample[1] for sample in figures.samples]
    assert max(memory[half:]) - max(memory[:half]) < 8 * 1024, "KiB"
