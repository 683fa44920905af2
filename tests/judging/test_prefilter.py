"""Copies say what is plainly green and nothing else, so that the one that looks first changes no verdict."""

from __future__ import annotations

import codecs
import mmap
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from syntax_guard import Settings, check_paths
from syntax_guard.judging import prefilter
from syntax_guard.judging.in_process import InProcess
from syntax_guard.judging.judgement import Inquiry, Limits, requests
from syntax_guard.model import Source, stamp_of
from syntax_guard.processes import fork_pool
from syntax_guard.sources.readers import File
from syntax_guard.targets.machine import Machine
from syntax_guard.targets.resolve import resolve

from ..cache.test_verdict_cache import settle
from ..judging.test_verdicts import COMPILER_ONLY, REFUSED, VALID
from ..namespaces import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the system copies no process"),
    # Libraries of other tests keep threads, idle ones, in this process.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

TARGETS = resolve((), (), None, Machine({}))


def inquiry(memory: int = 1 << 30) -> Inquiry:
    return Inquiry(TARGETS, requests(TARGETS), Limits(2, 30.0, memory))


GREEN = {
    **VALID,
    "cp1252": b"# coding: cp1252\nprice = '\x80'\n",
    "euc-jp": "# coding: euc-jp\nx = 'あ'\n".encode("euc-jp"),
    "utf-7": b"# coding: utf-7\nx = 1\n",
    "a large one": b"x = [1, 2, 3]\n" * 30_000,
}
DOUBTED = {
    **{name: case.data for name, case in (REFUSED | COMPILER_ONLY).items()},
    "a warning": b"x = 1 is 1\n",
    "a sign that turns the line round": "access = 'user\u202e' # admin\n".encode(),
    "a coding of a package": b"# coding: of_a_package\nx = 1\n",
    "takes long": LONG.encode(),
}


@pytest.fixture(autouse=True)
def in_a_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def package_with_a_coding() -> Iterator[None]:
    """What a package may do when a ``.pth`` file of its own starts with Python: bring a coding that reads anything."""
    utf_8 = codecs.lookup("utf-8")

    def search(name: str) -> codecs.CodecInfo | None:
        if name != "of_a_package":
            return None
        return codecs.CodecInfo(utf_8.encode, utf_8.decode, utf_8.streamreader, utf_8.streamwriter, name=name)

    codecs.register(search)
    yield
    codecs.unregister(search)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The copies that a test starts, by their process numbers."""
    numbers: list[int] = []
    copy = fork_pool.copy

    def counted(*arguments: Any) -> int:
        numbers.append(copy(*arguments))
        return numbers[-1]

    monkeypatch.setattr(fork_pool, "copy", counted)
    return numbers


@pytest.mark.parametrize("name", GREEN)
def test_says_what_is_green(name: str) -> None:
    assert prefilter.is_valid(Source(name, GREEN[name]), inquiry())


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name == "takes long" else name for name in DOUBTED]
)
@pytest.mark.usefixtures("package_with_a_coding")
def test_says_nothing_of_any_other(name: str) -> None:
    assert not prefilter.is_valid(Source(name, DOUBTED[name]), inquiry())


@pytest.mark.parametrize("terms", [500, 2000, 5000])
def test_how_deep_this_process_may_call_is_no_matter(terms: int) -> None:
    source = Source("a", b"x = " + b"1 + " * terms + b"1\n")
    alone = prefilter.is_valid(source, inquiry(0))
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(50_000)
    try:
        assert prefilter.is_valid(source, inquiry(0)) == alone
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.skipif(not hasattr(sys, "set_int_max_str_digits"), reason="this Python has no limit")
def test_how_long_a_number_this_process_reads_is_no_matter() -> None:
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        assert not prefilter.is_valid(Source("a", REFUSED["5,000 digits"].data), inquiry(0))
    finally:
        sys.set_int_max_str_digits(before)


def test_a_source_that_needs_more_memory_than_there_may_be_is_doubted() -> None:
    # Little time, and a piece of memory so large that the system is asked for it, whatever earlier tests have left.
    source = Source("a", b"x = '%s'\n" % (b"a" * (33 << 20)))
    assert prefilter.is_valid(source, inquiry(0))
    assert not prefilter.is_valid(source, inquiry(1 << 20))


def test_how_much_memory_this_process_has_is_no_matter() -> None:
    with mmap.mmap(-1, 2 << 30):
        assert prefilter.is_valid(Source("a", GREEN["a large one"]), inquiry(512 << 20))


def test_what_kills_or_cannot_be_read_costs_no_other_file_its_green() -> None:
    files = []
    for number in range(30):
        path = Path(f"{number}.py")
        path.write_bytes(b"x = 1\n")
        if number % 10 == 3:
            path.write_bytes(b"x = " + b"-" * 100_000 + b"1\n")
        files.append(File(str(path), stamp_of(path.stat())))
        if number % 10 == 6:
            path.unlink()
    left: list[Any] = []

    def rest(files: Any) -> InProcess:
        left.extend(files)
        return InProcess(inquiry())

    judgements = prefilter.InCopies(inquiry(), 2, rest).judge(files)
    found = [files.index(one.file) for one in judgements if not left]  # type: ignore[arg-type]
    assert sorted(found) == sorted(set(found))
    assert not {files[place] for place in found} & set(left)
    assert not {3, 13, 23, 6, 16, 26} & set(found)
    assert {24, 25, 27, 28, 29} <= set(found)


@pytest.mark.parametrize("content", [b"x = [1, 2, 3]\n", b"x = 1 is 1\n"], ids=["green", "warned of"])
def test_what_is_remembered_is_not_compiled_again(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        Path(f"{number}.py").write_bytes(b"# %d\n" % number + b"x = [1, 2, 3]\n" * 1000 + content)
    settings = Settings(cache_dir=str(Path("cache").absolute()), jobs=2)
    monkeypatch.setattr(prefilter, "safe", lambda: True)
    first = check_paths(["."], settings)
    for path in Path("cache").glob("index-*"):
        path.unlink()
    monkeypatch.setattr("syntax_guard.processes._compile_worker._compile", lambda *_: Path("compiled").touch())
    again = check_paths(["."], settings)
    assert again.diagnostics == first.diagnostics
    assert again.summary.cached == 20
    assert not Path("compiled").exists()


def test_what_is_left_of_a_tree_that_is_known_starts_no_copy(
    started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(monkeypatch)
    monkeypatch.setattr(prefilter, "safe", lambda: True)
    for number in range(5):
        Path(f"green{number}.py").write_bytes(b"x = [1, 2, 3]\n")
    for number in range(2):
        Path(f"warned{number}.py").write_bytes(b"x = [1, 2, 3]\n" * 4000 + b"x = 1 is 1\n")
    settings = Settings(cache_dir=str(Path("cache").absolute()), jobs=2)
    for copied in (True, False):
        started.clear()
        assert len(check_paths(["."], settings).diagnostics) == 2
        assert bool(started) == copied


ASKED: dict[str, dict[str, Any]] = {
    "of this interpreter": {},
    "of an older version": {"target_version": ("3.8",)},
    "as errors": {"warnings": "error"},
}


@pytest.mark.slow
@pytest.mark.parametrize("settings", ASKED.values(), ids=ASKED)
@pytest.mark.usefixtures("package_with_a_coding")
def test_verdicts_are_the_same_whoever_looks_first(
    settings: dict[str, Any], started: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("PATH", "HOME", "PYENV_ROOT", "XDG_DATA_HOME"):  # no other Python is found
        monkeypatch.setenv(place, os.devnull)
    quick = [data for name, data in (GREEN | DOUBTED).items() if name != "takes long"]
    for number, data in enumerate(quick):
        Path(f"{number:03}.py").write_bytes(data)
    found = {}
    for safe in (True, False):
        monkeypatch.setattr(prefilter, "safe", lambda safe=safe: safe)
        result = check_paths(["."], Settings(cache=False, jobs=2, **settings))
        said = [(one.path, one.code, one.line, one.severity) for one in result.diagnostics]
        found[safe] = (said, result.summary.checked, result.summary.broken)
        assert bool(started) == safe
        started.clear()
    assert found[True] == found[False]
    assert len(found[True][0]) >= len(REFUSED)
