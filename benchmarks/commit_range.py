"""What it costs to judge each commit of a long range: ``python -m benchmarks.commit_range``.

Makes a repository of 5,000 commits. Each changes two files of three hundred. Compared are processor seconds of
``check --commits`` and of its floor: ``git log --raw``, and the judging of the same contents from memory. Ends with 1
where the first takes more than one and a half times the second.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

COMMITS, FILES, ROUNDS, LIMIT = 5000, 300, 5, 1.5
RANGE = f"HEAD~{COMMITS}..HEAD"
FLOOR = """
import subprocess, sys
from syntax_guard.check import check_files
from syntax_guard.config.settings import Settings
from syntax_guard.sources.in_memory import Held
log = ["git", "log", "--raw", "--no-abbrev", "--format=", sys.argv[1]]
listed = subprocess.run(log, capture_output=True, check=True).stdout
names = {line.split()[3]: None for line in listed.splitlines() if line.endswith(b".py")}
asked = b"".join(name + b"\\n" for name in names)
said = subprocess.run(["git", "cat-file", "--batch"], input=asked, capture_output=True, check=True).stdout
files, at = [], 0
while at < len(said):
    end = said.index(b"\\n", at) + 1
    size = int(said[at:end].split()[2])
    files.append(Held(f"{len(files)}.py", said[end : end + size]))
    at = end + size + 1
result = check_files(files, Settings(cache=False))
print(result.summary.checked)
"""


def repository(folder: Path) -> None:
    """Write the commits into a new repository in `folder`."""
    chance = random.Random(1)  # the same commits each time
    sources = sorted(Path(os.__file__).parent.glob("*.py"))
    bodies = [text for text in (path.read_bytes() for path in sources) if 2000 < len(text) < 12_000]
    paths = [f"package/part{number % 12}/deep{number % 5}/module{number}.py" for number in range(FILES)]
    lines: list[bytes] = []

    def commit(number: int, changed: list[str]) -> None:
        lines.append(b"commit refs/heads/main\ncommitter A <a@example.org> %d +0000\ndata 0\n" % number)
        for path in changed:
            content = b"%s\nNUMBER = %d, %r\n" % (chance.choice(bodies), number, path)
            lines.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))
        if number % 500 == 0:
            content = b'[project]\nname = "p%d"\nrequires-python = ">=3.%d"\n' % (number, sys.version_info[1])
            lines.append(b"M 100644 inline pyproject.toml\ndata %d\n%s\n" % (len(content), content))

    commit(0, paths)
    for number in range(1, COMMITS + 1):
        commit(number, chance.sample(paths, 2))
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    given = b"".join(lines)
    subprocess.run(["git", "-C", folder, "fast-import", "--quiet"], input=given, check=True)


def seconds(command: list[str], folder: Path) -> float:
    """Processor seconds of `command` and of all that it starts."""
    before = os.times()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> int:
    """Measure in turn, and print the ratio of each round."""
    with tempfile.TemporaryDirectory(prefix="syntax-guard-range-") as place:
        folder = Path(place)
        repository(folder)
        asked = [sys.executable, "-m", "syntax_guard", "check", "--no-cache", "--commits", RANGE]
        floor = [sys.executable, "-c", FLOOR, RANGE]
        ratios = []
        for _ in range(ROUNDS):
            theirs, ours = seconds(floor, folder), seconds(asked, folder)
            ratios.append(ours / theirs)
            print(f"{ours:.2f} s, floor {theirs:.2f} s: {ratios[-1]:.2f}", flush=True)
    print(f"median {median(ratios):.2f}, limit {LIMIT}")
    return 0 if median(ratios) <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
