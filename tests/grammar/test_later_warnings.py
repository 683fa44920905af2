"""An approximate target is not said to warn of what only a later Python warns of."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from syntax_guard import Settings, check_source

from ..conformance.pythons import found

if TYPE_CHECKING:
    from pathlib import Path

SINCE = {
    "return in finally": (b"def f():\n    try:\n        pass\n    finally:\n        return 1\n", (3, 14)),
    "break in finally": (b"while 1:\n    try: pass\n    finally: break\n", (3, 14)),
    "continue in finally": (b"for a in b:\n    try: pass\n    finally: continue\n", (3, 14)),
    "an octal escape": (b"'\\777'\n", (3, 11)),
    "an octal escape of bytes": (b"b'\\400'\n", (3, 11)),
    "a number and a keyword": (b"x = 1if 1else 2\n", (3, 10)),
    "a float": (b"1.0e1in x\n", (3, 10)),
    "a hexadecimal number": (b"0xfor x\n", (3, 10)),
    "an octal number": (b"0o7or x\n", (3, 10)),
    "a binary number": (b"0b1or x\n", (3, 10)),
    "an imaginary number": (b"1jin x\n", (3, 10)),
    "an escape": (b"'\\d'\n", (3, 8)),
    "is with a literal": (b"x is 'a'\n", (3, 8)),
    "a call of a literal": (b"[1](2)\n", (3, 8)),
}
OLDER = [version for version in ((3, 8), (3, 9), (3, 10), (3, 11), (3, 13)) if version < sys.version_info[:2]]
ASK = """
import json, sys, warnings
answers = []
for source in json.load(sys.stdin):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compile(source.encode(), "source", "exec", 0, True)
    answers.append(bool(caught))
json.dump(answers, sys.stdout)
"""


@pytest.mark.parametrize("name", SINCE)
@pytest.mark.parametrize("version", OLDER)
def test_a_warning_is_said_of_the_targets_that_give_it(
    name: str, version: tuple[int, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source, since = SINCE[name]
    here = sys.version_info[:2]
    for variable in ("PATH", "HOME", "PYENV_ROOT"):
        monkeypatch.setenv(variable, str(tmp_path))  # where no other Python is found
    asked = (f"{version[0]}.{version[1]}", f"{here[0]}.{here[1]}")
    said = {target.version for one in check_source(source, settings=Settings(target_version=asked, cache=False))
            for target in one.targets}  # fmt: skip
    assert said == {one for one in (version, here) if one >= since}


def test_the_table_says_what_the_real_pythons_do() -> None:
    sources = json.dumps([source.decode() for source, _ in SINCE.values()])
    for version, python in found().items():
        done = subprocess.run([python, "-c", ASK], input=sources, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout) == [version >= since for _, since in SINCE.values()], version
