"""What five exact targets cost: ``python -m tests.conformance.several`` compares them with five loops of ``compile``.

Over a copy of files of this Python's standard library, without its tests. The loops run one after the other, as they
do without a tool. Each round runs both; what counts is the ratio of their wall times, and of the rounds the median.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .pythons import VERSIONS, found
from .speed import ordinary

LOOP = """
import os, sys, warnings
warnings.simplefilter("ignore")
for name in os.listdir("."):
    with open(name, "rb") as file:
        data = file.read()
    try:
        compile(data, name, "exec", 0, True)
    except (SyntaxError, ValueError):
        pass
"""
LIMIT = 0.7
ROUNDS = 5


def seconds(command: list[str], folder: str, environment: dict[str, str] | None = None) -> float:
    """The wall time of a command that may find something."""
    start = time.perf_counter()
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    if run.returncode not in (0, 1):
        raise SystemExit(run.stderr.decode())
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance.several", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--limit", type=float, help=f"exit with 1 above this ratio, which is to be {LIMIT}")
    options = parser.parse_args()
    pythons = {version: python for version, python in found().items() if version in VERSIONS}
    asked = sorted(pythons)[-7:-2] if len(pythons) > 6 else sorted(pythons)[:5]
    if len(asked) < 5:
        print(f"{len(asked)} Pythons are found here, five are needed: nothing was measured")
        return 0
    labels = [f"{major}.{minor}" for major, minor in asked]
    with tempfile.TemporaryDirectory() as tree, tempfile.TemporaryDirectory() as cache:
        sources = ordinary(3)
        for place, source in enumerate(sources):
            Path(tree, f"m{place}.py").write_bytes(source)
        path = os.pathsep.join(os.path.dirname(pythons[version]) for version in asked)
        environment = {**os.environ, "PATH": path + os.pathsep + os.environ.get("PATH", ""), "XDG_CACHE_HOME": cache}
        ours = [sys.executable, "-m", "syntax_guard", "check", "--quiet", "--warnings=ignore", "--config=none.toml"]
        Path(tree, "none.toml").touch()
        subprocess.run([*ours, "--target-version", ",".join(labels), "m0.py"], cwd=tree, env=environment, check=False)
        ratios = []
        for _ in range(ROUNDS):
            # Of the cache only which Python is where is kept, as on every run but the first: each file is judged.
            for known in (*Path(cache).rglob("verdicts-*"), *Path(cache).rglob("index-*")):
                known.unlink()
            judged = seconds([*ours, "--target-version", ",".join(labels), "."], tree, environment)
            looped = sum(seconds([pythons[version], "-I", "-S", "-c", LOOP], tree) for version in asked)
            ratios.append(judged / looped)
            print(f"  {judged:.2f} s, in loops {looped:.2f} s: {judged / looped:.2f}")
    ratio = statistics.median(ratios)
    size = sum(map(len, sources)) / 1e6
    print(f"{len(sources)} files, {size:.1f} MB, Python {', '.join(labels)}, {os.cpu_count()} CPUs: {ratio:.2f} times")
    return int(options.limit is not None and ratio > options.limit)


if __name__ == "__main__":
    sys.exit(main())
