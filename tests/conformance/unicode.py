"""Makes ``grammar/unicode.py``: ``python -m tests.conformance.unicode > src/syntax_guard/grammar/unicode.py``.

Every Python from 3.8 to 3.15 is asked about every character, so all of them must be there.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING

from .pythons import VERSIONS, found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syntax_guard.model import Version

ASK = """
import sys
for line in sys.stdin:
    code, name = line.rstrip("\\n").split(" ", 1)
    letter = ("a" + chr(int(code))).isidentifier() if code else False
    try:
        known = len((chr(92) + "N{" + name + "}").encode().decode("unicode_escape")) == 1 if name else False
    except UnicodeDecodeError:
        known = False
    print(int(letter), int(known))
"""
"""Answers to each line, the number of a character or nothing, a blank and a name or nothing: is it part of an
identifier, and does the name stand for a character?"""
NAMES = """
import ctypes, unicodedata
for code in range(128, 0x110000):
    print(code, unicodedata.name(chr(code), ""))
of_capsule = ctypes.pythonapi.PyCapsule_GetPointer
of_capsule.restype, of_capsule.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
api = of_capsule(unicodedata._ucnhash_CAPI, b"unicodedata._ucnhash_CAPI")
get_name = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_int, ctypes.c_int)(
    ctypes.cast(api, ctypes.POINTER(ctypes.c_void_p))[0]
)
for number in range(4096):
    name = ctypes.create_string_buffer(512)
    if get_name(0xF0000 + number, name, 512, 1):
        print("", name.value.decode())
"""
"""All the names that a Python knows, and last the aliases, which only its C API lists (``_PyUnicode_Name_CAPI``)."""
HEADER = '''"""Characters that each Python added: to identifiers, and by name. Made, not written.

``python -m tests.conformance.unicode`` makes this file, by asking each Python about every character.
"""

from __future__ import annotations
'''
TABLES = (
    ("IDENTIFIERS", "The characters (hexadecimal, ends included) that an identifier may hold since a Python version."),
    ("NAMES", "The characters whose name stands for them in a text since a Python version."),
)


def ranges(characters: list[int]) -> str:
    """Characters in order, written as hexadecimal ranges."""
    ends: list[list[int]] = []
    for one in characters:
        if ends and ends[-1][1] == one - 1:
            ends[-1][1] = one
        else:
            ends.append([one, one])
    return " ".join(f"{first:X}" if first == last else f"{first:X}-{last:X}" for first, last in ends)


def _run(python: str, code: str, asked: str = "") -> str:
    return subprocess.run(
        [python, "-I", "-S", "-c", code], input=asked, capture_output=True, text=True, check=True
    ).stdout


def _new(answers: dict[Version, list[list[str]]], column: int) -> Iterator[tuple[Version, list[int]]]:
    """The places of the answers that became yes with each version."""
    for before, version in pairwise(VERSIONS):
        pairs = zip(answers[before], answers[version], strict=True)
        yield version, [place for place, (old, now) in enumerate(pairs) if old[column] < now[column]]


def main() -> int:
    pythons = found()
    missing = [version for version in VERSIONS if version not in pythons]
    if missing:
        print(f"not found: {missing}", file=sys.stderr)
        return 1
    asked = _run(pythons[VERSIONS[-1]], NAMES)
    answers = {version: [*map(str.split, _run(pythons[version], ASK, asked).splitlines())] for version in VERSIONS}
    lines = [line.split(" ", 1) for line in asked.splitlines()]
    print(HEADER)
    for column, (name, says) in enumerate(TABLES):
        print(f"{name} = {{")
        for version, new in _new(answers, column):
            characters = [int(lines[place][0]) for place in new if lines[place][0]]
            if characters:
                print(f"    {version}: (")
                for line in textwrap.wrap(ranges(characters), 100):
                    print(f'        "{line} "')
                print("    ),")
        print(f'}}\n"""{says}"""\n')
    print("ALIASES = {")
    for version, new in _new(answers, 1):
        for alias in [lines[place][1] for place in new if not lines[place][0]]:
            print(f'    "{alias}": {version},')
    print('}\n"""Other names of characters, and the Python version since which they stand for them."""')
    return 0


if __name__ == "__main__":
    sys.exit(main())
