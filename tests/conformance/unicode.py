"""Makes ``grammar/unicode.py``: ``python -m tests.conformance.unicode > src/syntax_guard/grammar/unicode.py``.

Every Python from 3.8 to 3.15 is asked about every character, so all of them must be there.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from itertools import pairwise

from .pythons import VERSIONS, found

ASK = """
import unicodedata
for code in range(128, 0x110000):
    one = chr(code)
    print(int(("a" + one).isidentifier()), int(unicodedata.name(one, None) is not None))
"""
HEADER = '''"""Characters that each Python added: to identifiers, and by name. Made, not written.

``python -m tests.conformance.unicode`` makes this file, by asking each Python about every character.
"""

from __future__ import annotations
'''
TABLES = (
    ("IDENTIFIERS", "The characters (hexadecimal, ends included) that an identifier may hold since a Python version."),
    ("NAMES", "The characters that have a name since a Python version."),
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


def main() -> int:
    pythons = found()
    missing = [version for version in VERSIONS if version not in pythons]
    if missing:
        print(f"not found: {missing}", file=sys.stderr)
        return 1
    answers = {}
    for version in VERSIONS:
        command = [pythons[version], "-I", "-S", "-c", ASK]
        answers[version] = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    print(HEADER)
    for column, (name, says) in enumerate(TABLES):
        print(f"{name} = {{")
        for before, version in pairwise(VERSIONS):
            pairs = zip(answers[before], answers[version], strict=True)
            new = [place + 128 for place, (old, now) in enumerate(pairs) if old[2 * column] < now[2 * column]]
            if new:
                print(f"    {version}: (")
                for line in textwrap.wrap(ranges(new), 100):
                    print(f'        "{line} "')
                print("    ),")
        print(f'}}\n"""{says}"""' + ("\n" if column == 0 else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
