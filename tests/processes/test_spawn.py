"""Programs that are started, and the pipes to them."""

from __future__ import annotations

import os

import pytest

from syntax_guard.processes.spawn import reader_has_gone


def test_a_pipe_whose_reader_has_gone_is_told_from_other_trouble() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with pytest.raises(OSError) as trouble:  # noqa: PT011 - which of them is what is asked
        os.write(writing, b"x")
    os.close(writing)
    assert reader_has_gone(trouble.value)
    with pytest.raises(OSError) as trouble:  # noqa: PT011
        os.write(writing, b"x")
    assert not reader_has_gone(trouble.value)
