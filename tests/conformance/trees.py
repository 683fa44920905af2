"""Whole trees: exact verdicts of source distributions against ``compile`` in each Python that is found.

``python -m tests.conformance.trees`` downloads the packages below with pip, and judges each tree for every version.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from subprocess import run
from typing import TYPE_CHECKING

from .pythons import COMPILE, VERSIONS, ask, found

if TYPE_CHECKING:
    from syntax_guard.model import Version

PACKAGES = (
    "requests==2.0.0",
    "simplejson==3.19.2",
    "SQLAlchemy==2.0.36",
    "pika==0.11.2",  # modules and arguments called async
    "celery==4.1.0",  # likewise
    "Django==1.4.22",  # print statements, except X, e
    "attrs==24.2.0",
    "black==25.9.0",  # holds fixtures for each grammar
    "mypy==1.18.2",
    "pydantic==2.12.3",  # type parameters in its tests
    "Cython==3.1.6",
    "pyflakes==3.4.0",
    "parso==0.8.5",
    "tdom==0.1.13",  # t-strings
)
"""Old and new, with what older or newer Pythons refuse. One that cannot be had is named and left out."""


def _download(package: str, folder: Path) -> Path | None:
    """The tree of a source distribution, or None. Where its old metadata cannot be read, pip has unpacked it all the
    same, and ``--no-clean`` leaves it."""
    archives, unpacked, tree = (folder / name for name in ("archives", "unpacked", "tree"))
    unpacked.mkdir()
    name = re.split(r"[^\w.-]", package, maxsplit=1)[0]  # what its metadata is made with may come as wheels
    options = ["--no-binary", name, "--no-deps", "--no-clean", "--ignore-requires-python", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(archives), package]
    run(command, capture_output=True, check=False, timeout=600, env={**os.environ, "TMPDIR": str(unpacked)})
    for archive in archives.glob("*") if archives.is_dir() else ():
        shutil.unpack_archive(archive, tree)
        return tree
    return next(unpacked.glob("pip-download-*/*"), None)


def _differences(tree: Path, pythons: dict[Version, str]) -> tuple[int, list[str]]:
    """How many verdicts were compared, and those that differ: path, version, and the lines that were said."""
    files = sorted(str(path) for path in tree.rglob("*.py") if path.is_file() and not path.is_symlink())
    versions = ",".join(f"{version[0]}.{version[1]}" for version in pythons)
    options = ["--isolated", "--no-cache", "--warnings=ignore", "--output-format=json", f"--target-version={versions}"]
    places = os.pathsep.join(map(os.path.dirname, pythons.values()))
    environment = {**os.environ, "PATH": places + os.pathsep + os.environ.get("PATH", "")}
    command = [sys.executable, "-m", "syntax_guard", "check", *options, str(tree)]
    report = json.loads(run(command, capture_output=True, check=False, env=environment, cwd=tree).stdout)
    inexact = [target["version"] for target in report["targets"] if not target["exact"]]
    if inexact:
        return 0, [f"not exact: {inexact}"]
    said = {}
    for one in report["diagnostics"]:
        path = os.path.join(tree, one["path"])
        for label in one["targets"] if "targets" in one else [one["target"]]:
            said[path, label] = one["line"]
    differences = []
    for version, python in pythons.items():
        label = f"{version[0]}.{version[1]}"
        for path, answer in zip(files, ask(python, COMPILE, (Path(path).read_bytes() for path in files)), strict=True):
            line = (answer[2] or None) if answer is not None and len(answer) > 2 else None
            if (answer is None) == ((path, label) in said) or said.get((path, label)) != line:
                differences.append(f"{label} {path}: {said.get((path, label))}, compile: {answer}")
    return len(files) * len(pythons), differences


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance.trees", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("package", nargs="*", default=PACKAGES, help="a requirement for pip; by default those listed")
    parser.add_argument("--few", action="store_true", help="the first three, for a first look")
    options = parser.parse_args()
    pythons = {version: python for version, python in found().items() if version in VERSIONS}
    print("Python", ", ".join(f"{version[0]}.{version[1]}" for version in sorted(pythons)))
    failed = False
    for package in options.package[: 3 if options.few else None]:
        with tempfile.TemporaryDirectory() as folder:
            tree = _download(package, Path(folder))
            if tree is None:
                print(f"{package}: could not be downloaded, left out")
                continue
            compared, differences = _differences(tree, pythons)
        print(f"{package}: {compared} verdicts, {len(differences)} differ", *differences[:20], sep="\n  ")
        failed |= bool(differences)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
