"""Whatever the bytes are: one outcome, that of `compile`. Runs with a fixed seed; FUZZ_EXAMPLES makes it longer."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..conftest import PROJECT
from . import sources, targets
from .__main__ import CORPUS
from .oracle import disagreement, expected

if TYPE_CHECKING:
    from pathlib import Path

steady = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "100")),
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
lines = st.lists(
    st.builds(lambda depth, line: b" " * depth + line, st.integers(0, 3), st.sampled_from(sources.LINES)), max_size=8
).map(b"\n".join)
tokens = st.lists(st.sampled_from(sources.TOKENS), max_size=20).map(b" ".join)
TARGETS = {name: targets.load(name) for name in ("frames", "settings", "renderers")}
words = st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass"))


@pytest.mark.slow
@steady
@given(st.one_of(lines, tokens, words, st.binary(max_size=60)))
def test_a_source_has_one_outcome_and_it_is_that_of_compile(data: bytes) -> None:
    assert disagreement(data) is None


@pytest.mark.slow
@steady
@given(words, st.sampled_from(["utf-8", "latin-1", "utf-16", "cp1252", "utf-7", "shift_jis", "hex", "idna", "x"]))
def test_a_coding_line_changes_nothing_of_that(data: bytes, coding: str) -> None:
    assert disagreement(b"# coding: " + coding.encode() + b"\n" + data) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["frames", "settings", "renderers"])
@steady
@given(st.one_of(st.binary(max_size=80), words, lines))
def test_no_bytes_make_a_target_of_the_fuzzer_raise(name: str, data: bytes) -> None:
    TARGETS[name](data)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_the_corpus_raises_nothing(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


def test_makers_make_both_green_and_red() -> None:
    dice = random.Random(0)
    outcomes = {bool(expected(sources.strung(dice)).codes) for _ in range(200)}
    assert outcomes == {True, False}


def test_the_fuzzer_starts_before_what_it_watches_is_imported() -> None:
    """Coverage is of modules that are imported after atheris took over; without it, fuzzing is blind."""
    code = "import sys, tests.fuzz.__main__; sys.exit(any(name.startswith('syntax_guard') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0
