"""What it costs to judge an environment: ``python -m benchmarks.installed``.

Makes an environment with 150 distributions, and a plain tree of the same files. Compared are processor seconds:
``check --installed`` with nothing remembered and the bare reading and compiling of the same files (``floor.py``), and
the same command again and ``check`` of the tree again. Ends with 1 where a limit is not kept.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from . import corpora, timing
from .tools import FLOOR, GUARD, environment, floor

if TYPE_CHECKING:
    from collections.abc import Iterator

DISTRIBUTIONS, MODULES, ROUNDS = 150, 10, 7
COLD, WARM = 1.15, 1.2


def packages(python: Path) -> Path:
    """The folder in which the environment of `python` has its packages."""
    (found,) = python.parent.parent.glob("lib/python3*/site-packages")
    return found


def install(folder: Path) -> None:
    """Write the distributions into `folder`: modules of the standard library, no two with the same content, each with
    a RECORD as pip writes it."""
    texts = _texts()
    for number in range(DISTRIBUTIONS):
        name = f"demo_{number:03}"
        info = f"{name}-1.0.dist-info"
        files = {f"{name}/__init__.py": b"", f"{info}/METADATA": f"Name: {name}\nVersion: 1.0\n".encode()}
        for module in range(MODULES):
            files[f"{name}/part{module % 3}/module{module}.py"] = b"%s\nNUMBER = %d, %d\n" % (
                next(texts), number, module,
            )  # fmt: skip
        rows = [f"{path},sha256={_digest(data)},{len(data)}" for path, data in files.items()]
        rows += [f"{_compiled(path)},," for path in files if path.endswith(".py")]
        files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""]).encode()
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)


def _texts() -> Iterator[bytes]:
    """Modules of the standard library, again and again."""
    sources = sorted(Path(os.__file__).parent.rglob("*.py"))
    kept = [path for path in sources if "test" not in str(path) and 1000 < path.stat().st_size < 40_000]
    while True:
        for path in kept:
            text = path.read_bytes()
            if b"__future__" not in text:
                yield text


def _digest(data: bytes) -> str:
    return urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()


def _compiled(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/__pycache__/{name[:-3]}.{sys.implementation.cache_tag}.pyc"


def main() -> int:
    """Measure in turn, and print the ratios."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.installed", description="the cost of --installed")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    timing.by_cpu = True
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="syntax-guard-installed-") as place:
        programs = environment(Path(place, "environment"), str(Path(__file__).parent.parent))
        site = packages(programs / "python")
        install(site)
        files = [*site.rglob("*.py"), *(path for path in programs.iterdir() if path.read_bytes()[:2] == b"#!")]
        tree = Path(place, "tree")
        shutil.copytree(site, tree, ignore=shutil.ignore_patterns("*.pyc"))
        home = Path(place, "home")
        environ = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}

        def command(name: str, words: list[str], folder: Path, *, cold: bool = False) -> timing.Command:
            started = [str(programs / GUARD), *words]
            forget = (lambda: shutil.rmtree(home / ".cache", ignore_errors=True)) if cold else (lambda: None)
            return timing.Command(name, started, folder, environ, forget)

        print(f"{DISTRIBUTIONS} distributions, {len(corpora.python_files(site))} files", flush=True)
        bare = timing.Command(FLOOR, floor(str(programs / "python"), Path(place, "order"), files), tree, environ)
        cold = timing.in_turn([bare, command("cold", ["check", "--installed"], home.parent, cold=True)], rounds)
        again = [command("warm", ["check", "--installed"], home.parent), command("warm tree", ["check"], tree)]
        warm = timing.in_turn(again, 3 * rounds)
    ratios = cold["cold"].ratio(cold[FLOOR]), warm["warm"].ratio(warm["warm tree"])
    print(f"cold: {ratios[0]:.2f} of the floor, limit {COLD}; warm: {ratios[1]:.2f} of a warm tree, limit {WARM}")
    return 0 if ratios[0] <= COLD and ratios[1] <= WARM else 1


if __name__ == "__main__":
    sys.exit(main())
