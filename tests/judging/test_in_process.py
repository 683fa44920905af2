"""A silent file is judged here before ``warnings`` is imported."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import syntax_guard
from syntax_guard.judging.in_process import is_silent

if TYPE_CHECKING:
    from ..conftest import Folder

SOURCES = {
    "valid": b"x = 1\n",
    "invalid escape": b"x = '\\d'\n",
    "invalid escape in bytes": b"x = b'\\d'\n",
    "octal escape": b"x = '\\777'\n",
    "comparison with a literal": b"x is 1\n",
    "assertion of a tuple": b"assert (x, 1)\n",
    "number beside a keyword": b"x = 1or 2\n",
    "call of a literal": b"x = () ()\n",
    "index of a literal": b"x = 'a'[()]\n",
    "return in finally": b"def f():\n    try:\n        pass\n    finally:\n        return\n",
    "refused": b"def f(:\n",
    "null byte": b"\0",
    "unknown coding": b"# coding: klingon\n",
}
ASKED_TWICE = """
import sys
sys.path[:0] = [sys.argv[1]]
from syntax_guard.judging.in_process import is_silent
from syntax_guard.processes import _compile_worker
import _warnings
sources = [bytes.fromhex(source) for source in sys.argv[2].split()]
before = list(_warnings.filters)
silent = [is_silent(source) for source in sources]
assert "warnings" not in sys.modules
assert _warnings.filters == before
_compile_worker.become_judge()
print([silent, [_compile_worker.judge(source) is None for source in sources]])
"""


def test_a_silent_source_is_known_without_warnings_and_no_other_is_taken_for_one(folder: Folder) -> None:
    place = str(Path(syntax_guard.__file__).parent.parent)
    sources = " ".join(source.hex() for source in SOURCES.values())
    done = folder.run(sys.executable, "-I", "-S", "-c", ASKED_TWICE, place, sources)
    silent, asked = ast.literal_eval(done.out)
    assert dict(zip(SOURCES, silent, strict=True)) == dict(zip(SOURCES, asked, strict=True))
    assert silent[0]
    assert not silent[1]


def test_a_thread_hears_of_no_filter() -> None:
    assert "threading" in sys.modules
    assert not is_silent(b"x = 1\n")
