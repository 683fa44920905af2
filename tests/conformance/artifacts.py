"""Released wheels and source distributions: every member, for every Python that they name, against ``compile``.

``python -m tests.conformance.artifacts`` downloads the releases below with pip, and judges each as ``check
--target-version declared`` does. It ends with the releases that do not parse on a Python that they name.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from subprocess import run
from typing import TYPE_CHECKING, Any

from packaging.metadata import Metadata
from packaging.specifiers import SpecifierSet
from packaging.tags import compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

from syntax_guard.sources.archives import kinds

from .pythons import COMPILE, VERSIONS, ask, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syntax_guard.model import Version

WHEELS = (
    "aiohttp==3.10.10", "attrs==23.2.0", "boto3==1.35.60", "celery==4.2.1", "certifi==2020.12.5", "click==8.1.7",
    "cookiecutter==2.6.0", "Django==2.2.28", "Django==4.2.16", "docutils==0.16", "fastapi==0.115.5", "Flask==1.1.4",
    "hypothesis==6.119.3", "idna==3.7", "ipython==8.12.3", "jedi==0.19.1", "Jinja2==2.11.3", "Jinja2==3.1.4",
    "kombu==4.2.0", "Mako==1.3.6", "MarkupSafe==3.0.2", "mypy==1.13.0", "networkx==3.1", "nose==1.3.7", "parso==0.8.4",
    "pexpect==4.8.0", "pip==20.3.4", "pip==24.3.1", "pluggy==0.13.1", "pydantic==2.9.2", "pygments==2.18.0",
    "pylint==2.17.7", "pytest==8.3.3", "requests==2.25.1", "requests==2.32.3", "rich==13.9.4", "setuptools==57.5.0",
    "setuptools==75.3.0", "six==1.16.0", "SQLAlchemy==1.4.54", "tqdm==4.67.0", "typing_extensions==4.12.2",
    "urllib3==2.2.3", "virtualenv==20.27.1", "Werkzeug==1.0.1",
)  # fmt: skip
SDISTS = (
    "black==24.10.0", "idna==3.7", "Mako==1.3.6", "parso==0.8.5", "pyflakes==3.4.0", "requests==2.31.0",
    "simplejson==3.19.3", "six==1.16.0",
)  # fmt: skip


def download(package: str, kind: str, folder: Path) -> Path | None:
    """The file of a release, or None where it cannot be had."""
    options = ["--only-binary", ":all:"] if kind == "wheel" else ["--no-binary", ":all:"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python", *options]
    run([*command, "--dest", str(folder), package], capture_output=True, check=False, timeout=600)
    return next(folder.iterdir(), None)


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file, as the standard library reads them."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            yield from ((name, archive.read(name)) for name in archive.namelist() if not name.endswith("/"))
    else:
        with tarfile.open(path) as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isreg() else None
                if file is not None:
                    yield member.name, file.read()


def is_expected(name: str, data: bytes, *, wheel: bool) -> bool:
    """Whether a member must be judged, by a rule that is simpler than the product's and asks for less."""
    if not wheel:
        return name.endswith((".py", ".pyi", ".pyw"))
    if ".data/scripts/" in name:
        return data.startswith(b"#!python")
    return name.endswith((".py", ".pyw")) and ".data/" not in name


def declared(path: Path, files: Mapping[str, bytes], versions: list[Version]) -> list[Version]:
    """The Pythons that the release names, by ``packaging``; this one where it names none."""
    ending = ".dist-info/METADATA" if path.suffix == ".whl" else "/PKG-INFO"
    name = min((name for name in files if name.endswith(ending)), key=lambda name: name.count("/"))
    requires = Metadata.from_email(files[name], validate=False).requires_python
    admitted = [one for one in versions if (requires or SpecifierSet()).contains(f"3.{one[1]}.99")]
    if path.suffix == ".whl":
        tags = parse_wheel_filename(path.name)[3]
        named = any(not tag.interpreter.startswith("py") or tag.interpreter not in ("py2", "py3") for tag in tags)
        platforms = [tag.platform for tag in tags]
        admitted = [
            one
            for one in admitted
            if tags & {*cpython_tags(one, platforms=platforms), *compatible_tags(one, platforms=platforms)}
        ]
        requires = requires or (SpecifierSet(">=3") if named else None)
    return admitted if requires else [sys.version_info[:2]]


def differences(path: Path, pythons: Mapping[Version, str]) -> tuple[int, list[str], dict[str, list[str]]]:
    """How many verdicts were compared, those that differ, and for each version the members that do not parse."""
    files = dict(members(path))
    judged = {source.member for source in kinds.read(str(path)).sources if source.member is not None}
    missing = {name for name, data in files.items() if is_expected(name, data, wheel=path.suffix == ".whl")} - judged
    wrong = [f"not judged: {name}" for name in sorted(missing)]
    report = check(path, pythons)
    targets = [target["version"] for target in report["targets"]]
    expected = [f"3.{version[1]}" for version in declared(path, files, sorted(pythons))]
    if targets != expected:
        wrong.append(f"asked {targets}, declared is {expected}")
    said = {(one["member"], label): one["line"] for one in report["diagnostics"] for label in one["targets"]}
    broken: dict[str, list[str]] = {}
    names = sorted(judged)
    asked = [version for version in sorted(pythons) if f"3.{version[1]}" in targets]
    for version in asked:
        label = f"3.{version[1]}"
        for name, answer in zip(names, ask(pythons[version], COMPILE, (files[one] for one in names)), strict=True):
            line = (answer[2] or None) if answer is not None and len(answer) > 2 else None
            if (answer is None) == ((name, label) in said) or said.get((name, label)) != line:
                wrong.append(f"{label} {name}: {said.get((name, label))}, compile: {answer}")
            if answer is not None:
                broken.setdefault(label, []).append(name)
    return len(names) * len(asked), wrong, broken


def check(path: Path, pythons: Mapping[Version, str]) -> Any:
    """The report of ``check --target-version declared``, where the Pythons that were found are on PATH."""
    places = os.pathsep.join(map(os.path.dirname, pythons.values()))
    options = ["--isolated", "--no-cache", "--warnings=ignore", "--output-format=json", "--target-version=declared"]
    command = [sys.executable, "-m", "syntax_guard", "check", *options, str(path)]
    environment = {**os.environ, "PATH": places + os.pathsep + os.environ.get("PATH", "")}
    report = json.loads(run(command, capture_output=True, check=False, env=environment, cwd=path.parent).stdout)
    assert all(target["exact"] for target in report["targets"])
    return report


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance.artifacts", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("file", nargs="*", type=Path, help="a wheel or source distribution that is here already")
    parser.add_argument("--few", action="store_true", help="every tenth release, for a first look")
    options = parser.parse_args()
    pythons = {version: python for version, python in found().items() if version in VERSIONS}
    print("Python", ", ".join(f"{version[0]}.{version[1]}" for version in sorted(pythons)))
    releases = [*(("wheel", one) for one in WHEELS), *(("sdist", one) for one in SDISTS)][:: 10 if options.few else 1]
    refused: list[str] = []
    total = differing = 0
    with tempfile.TemporaryDirectory() as folder:
        given = [(path.name, path.absolute()) for path in options.file]
        had = given or ((name, _had(name, kind, Path(folder, f"{kind}-{name}"))) for kind, name in releases)
        for name, path in had:
            if path is None:
                print(f"{name}: could not be downloaded, left out")
                continue
            compared, wrong, broken = differences(path, pythons)
            total, differing = total + compared, differing + len(wrong)
            print(f"{path.name}: {compared} verdicts, {len(wrong)} differ", *wrong[:20], sep="\n  ")
            if broken:
                first = min(name for names in broken.values() for name in names)
                refused.append(f"{path.name} on {', '.join(broken)}, such as {first}")
    print(f"{total} verdicts, {differing} differ")
    print("Releases that do not parse on a Python that they name:", *sorted(refused), sep="\n  ")
    return int(bool(differing) or not total)


def _had(name: str, kind: str, folder: Path) -> Path | None:
    folder.mkdir()
    return download(name, kind, folder)


if __name__ == "__main__":
    sys.exit(main())
