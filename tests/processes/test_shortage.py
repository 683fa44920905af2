"""What says that memory is short."""

from __future__ import annotations

import pytest

from syntax_guard.processes.shortage import shortage


@pytest.mark.parametrize(
    ("said", "of_memory"),
    [
        ("_posixsubprocess.so: failed to map segment from shared object", True),
        ("_posixsubprocess.so: cannot allocate shared object: Cannot allocate memory", True),
        ("No module named 'msvcrt'", False),
    ],
)
def test_a_part_of_the_interpreter_that_cannot_be_loaded_lacks_memory(said: str, of_memory: bool) -> None:
    assert (shortage(ImportError(said)) is not None) == of_memory


@pytest.mark.parametrize(
    ("said", "of_memory"),
    [
        ("error return without exception set", True),
        ("<built-in function exec> returned NULL without setting an exception", True),
        ("bad argument to internal function", False),
    ],
)
def test_cpython_that_has_no_memory_for_an_exception_is_short_of_memory(said: str, of_memory: bool) -> None:
    assert (shortage(SystemError(said)) is not None) == of_memory
