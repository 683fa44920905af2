"""Which members of an artifact are judged, and which Pythons it says that it is for."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from syntax_guard.sources.archives.kinds import read
from syntax_guard.sources.archives.recognise import is_archive
from syntax_guard.sources.readers import UnreadableError

from .making import METADATA, entry, link, tar_of, tarred, written, zipped

if TYPE_CHECKING:
    from pathlib import Path

    from syntax_guard.sources.archives.kinds import Archive

CODE = "x = 1\n"
REQUIRES = METADATA + "Requires-Python: >=3.9\n\nRequires-Python: a line of the description\n"


def judged(archive: Archive) -> dict[str | None, bytes]:
    """The content of each member that can be read."""
    found = {}
    for source in archive.sources:
        try:
            found[source.member] = source.read()
        except UnreadableError as error:
            found[source.member] = error.problem.message.encode()
    return found


WHEEL: dict[str, str | bytes] = {
    "demo/__init__.py": CODE,
    "demo/types.pyi": "type X = int\n",
    "demo/data.json": "{}",
    "demo/template.py.in": "{{ no }} Python\n",
    "demo-1.0.data/scripts/tool": "#!python\nx = 2\n",
    "demo-1.0.data/scripts/shell": "#!/bin/sh\n",
    "demo-1.0.data/data/share/example.py": "{{ no }} Python\n",
    "demo-1.0.data/data/lib/python3/site-packages/more.py": "z = 4\n",
    "demo-1.0.data/data/Lib/SITE-PACKAGES/more.py": "z = 5\n",
    "demo-1.0.data/data/lib/python3.11/more.py": "z = 6\n",
    "demo-1.0.data/data/bin/tool.py": "#!/usr/bin/env python3\nz = 7\n",
    "demo/some.data/data/example.py": "y = 3\n",
    "demo/_vendor/other.whl": b"PK",
    "demo-1.0.dist-info/METADATA": REQUIRES,
    "demo-1.0.dist-info/WHEEL": "Tag: py3-none-any\n",
}


def test_a_wheel_is_what_an_installer_compiles(tmp_path: Path) -> None:
    archive = read(written(tmp_path, "demo-1.0-py3-none-any.whl", zipped(WHEEL)))
    assert archive.kind == "wheel"
    assert judged(archive) == {
        "demo/__init__.py": b"x = 1\n",
        "demo-1.0.data/scripts/tool": b"#!python\nx = 2\n",
        "demo/some.data/data/example.py": b"y = 3\n",
        "demo-1.0.data/data/lib/python3/site-packages/more.py": b"z = 4\n",
        "demo-1.0.data/data/Lib/SITE-PACKAGES/more.py": b"z = 5\n",
        "demo-1.0.data/data/lib/python3.11/more.py": b"z = 6\n",
        "demo-1.0.data/data/bin/tool.py": b"#!/usr/bin/env python3\nz = 7\n",
    }
    assert {(one.path.removeprefix(archive.path), one.reason) for one in archive.skipped} == {
        ("/demo/types.pyi", "not-compiled"), ("/demo-1.0.data/data/share/example.py", "not-compiled"),
        ("/demo/_vendor/other.whl", "nested-archive"),
    }  # fmt: skip
    assert (archive.declared.requires, archive.declared.name, archive.declared.version) == (">=3.9", "demo", "1.0")
    assert archive.declared.why == "Requires-Python >=3.9"


LINKED = {  # what the link holds: what is read through it, and what is noted
    "demo.egg-info/PKG-INFO": (">=3.9", ""),
    "notes/told": (">=3.9", ""),
    "../PKG-INFO": (None, "a link to something that is not a file in this archive"),
    "notes": (None, "a link to something that is not a file in this archive"),
    "notes/long": (None, "too large for metadata"),
}


@pytest.mark.parametrize(("target", "found"), LINKED.items(), ids=LINKED)
def test_metadata_is_read_through_a_link(tmp_path: Path, target: str, found: tuple[str | None, str]) -> None:
    texts = {"a.py": CODE, "notes/told": REQUIRES, "notes/long": "x" * ((1 << 20) + 1)}
    if target.endswith("egg-info/PKG-INFO"):
        texts[target] = REQUIRES
    members = [(entry(f"demo-1.0/{name}", text), text) for name, text in texts.items()]
    data = tar_of([*members, (link("demo-1.0/PKG-INFO", target), "")])
    archive = read(written(tmp_path, "demo-1.0.tar.gz", data))
    noted = f"{archive.path}/demo-1.0/PKG-INFO was not read: {found[1]}"
    assert (archive.kind, archive.declared.requires) == ("source distribution", found[0])
    assert archive.notes == ((noted,) if found[1] else ())
    assert set(judged(archive)) == {"demo-1.0/a.py"}


@pytest.mark.parametrize("compression", ["", "gz", "bz2", "xz"])
def test_a_source_distribution_is_judged_whole_with_its_own_settings(tmp_path: Path, compression: str) -> None:
    members = {
        "demo-1.0/PKG-INFO": REQUIRES,
        "demo-1.0/pyproject.toml": "[tool.syntax-guard]\n",
        "demo-1.0/setup.py": CODE,
        "demo-1.0/src/demo/types.pyi": CODE,
        "demo-1.0/src/demo.egg-info/PKG-INFO": METADATA + "Requires-Python: >=3.12\n",
        "demo-1.0/node_modules/x.py": CODE,
    }
    name = "demo-1.0.tar" + (f".{compression}" if compression else "")
    archive = read(written(tmp_path, name, tarred(members, compression)))
    assert archive.kind == "source distribution"
    assert set(judged(archive)) == {name for name in members if name.endswith((".py", ".pyi"))}
    assert archive.declared.requires == ">=3.9"
    assert archive.settings == b"[tool.syntax-guard]\n"
    assert archive.top == "demo-1.0/"


PACKED = {".tar.gz": gzip, ".tgz": gzip, ".tar.bz2": bz2, ".tbz": bz2, ".tar.xz": lzma, ".txz": lzma, ".tlz": lzma}


@pytest.mark.parametrize("suffix", PACKED)
def test_the_suffixes_that_pip_takes_for_source_distributions(tmp_path: Path, suffix: str) -> None:
    """As pip has them in ``filetypes.py``; those of the older format of LZMA come below."""
    path = written(tmp_path, f"demo-1.0{suffix}", PACKED[suffix].compress(tarred({"demo-1.0/a.py": CODE}, "")))
    assert is_archive(path)
    assert set(judged(read(path))) == {"demo-1.0/a.py"}


@pytest.mark.parametrize("suffix", [".tar.lzma", ".tlz", ".tar.lz"])
def test_the_older_format_of_lzma(tmp_path: Path, suffix: str) -> None:
    packed = lzma.compress(tarred({"demo-1.0/a.py": CODE}, ""), format=lzma.FORMAT_ALONE)
    path = written(tmp_path, f"demo-1.0{suffix}", packed)
    assert is_archive(path)
    assert set(judged(read(path))) == {"demo-1.0/a.py"}


def test_an_executable_script_of_a_source_distribution_is_known_by_its_first_line(tmp_path: Path) -> None:
    members = {"demo-1.0/PKG-INFO": METADATA, "demo-1.0/bin/tool": "#!/usr/bin/env python3\n" + CODE}
    path = written(tmp_path, "demo-1.0.tar.gz", tarred(members, mode=0o755))
    assert set(judged(read(path))) == {"demo-1.0/bin/tool"}
    path = written(tmp_path, "demo-1.0.tar.gz", tarred(members, mode=0o644))
    assert set(judged(read(path))) == set()


@pytest.mark.parametrize(
    ("first", "requires"),
    [
        (b"", None),
        (b"#!/usr/bin/env python3\n", None),
        (b"#!/usr/bin/env python3.9\n", "==3.9.*"),
        (b"#!/usr/bin/python3.12 -sE\n", "==3.12.*"),
        (b"#!/usr/bin/env python2.7\n", "<3"),
        (b"#!/usr/bin/env python\n", None),
    ],
)
@pytest.mark.parametrize("name", ["tool.pyz", "tool"])
def test_a_zip_application_is_for_the_python_of_its_first_line(
    tmp_path: Path, name: str, first: bytes, requires: str | None
) -> None:
    path = written(tmp_path, name, zipped({"__main__.py": CODE, "pkg/mod.py": CODE}, first=first))
    assert is_archive(path)
    archive = read(path)
    assert archive.kind == "zip application"
    assert archive.declared.requires == requires
    assert set(judged(archive)) == {"__main__.py", "pkg/mod.py"}


def test_an_egg_is_for_the_python_in_its_name(tmp_path: Path) -> None:
    members = {"demo/__init__.py": CODE, "EGG-INFO/PKG-INFO": REQUIRES}
    archive = read(written(tmp_path, "demo-1.0-py3.10.egg", zipped(members)))
    assert (archive.kind, archive.declared.requires) == ("egg", ">=3.9,==3.10.*")


CONDA: dict[str, str | bytes] = {
    "lib/python3.11/site-packages/demo/__init__.py": CODE,
    "bin/tool": "#!/opt/anaconda1anaconda2anaconda3/bin/python3.11\n" + CODE,
    "info/index.json": '{"name": "demo", "version": "1.0", "depends": ["numpy", "python >=3.11,<3.12.0a0"]}',
    "info/test/run_test.py": "{{ no }} Python\n",
}


def test_a_conda_package_is_for_the_python_that_it_depends_on(tmp_path: Path) -> None:
    archive = read(written(tmp_path, "demo-1.0-py311_0.tar.bz2", tarred(CONDA, "bz2", 0o755)))
    assert archive.kind == "conda package"
    assert set(judged(archive)) == {"lib/python3.11/site-packages/demo/__init__.py", "bin/tool"}
    assert (archive.declared.requires, len(archive.skipped)) == (">=3.11,<3.12.0", 1)


def test_a_conda_package_of_the_second_format(tmp_path: Path) -> None:
    info = {name: content for name, content in CONDA.items() if name.startswith("info/")}
    package = {name: content for name, content in CONDA.items() if name not in info}
    archive = read(conda(tmp_path, tarred(info, ""), tarred(package, "", 0o755)))
    assert archive.kind == "conda package"
    assert set(judged(archive)) == {"lib/python3.11/site-packages/demo/__init__.py", "bin/tool"}
    assert archive.declared.requires == ">=3.11,<3.12.0"


def test_a_link_to_a_script_that_no_installer_compiles_is_judged(tmp_path: Path) -> None:
    script = "#!/usr/bin/env python3\n"
    info = {"info/index.json": CONDA["info/index.json"]}
    hard = link("bin/tool", "info/tool", tarfile.LNKTYPE)
    hard.mode = 0o755
    inside = tar_of([(entry("info/tool", script, 0o755), script), (link("bin/tool", "../info/tool"), "")], "")
    assert judged(read(conda(tmp_path, tarred(info, ""), inside))) == {"bin/tool": script.encode()}
    across = judged(read(conda(tmp_path, tarred({**info, "info/tool": script}, ""), tar_of([(hard, "")], ""))))
    assert b"and changes that file: bin/tool" in across[None]


def conda(folder: Path, info: bytes, package: bytes) -> str:
    """A package of the second format, which holds these two tars."""
    zstd = pytest.importorskip("backports.zstd" if not _has_zstd() else "compression.zstd")
    members: dict[str, str | bytes] = {
        "metadata.json": "{}",
        "info-demo-1.0.tar.zst": zstd.compress(info),
        "pkg-demo-1.0.tar.zst": zstd.compress(package),
    }
    return written(folder, "demo-1.0.conda", zipped(members, zipfile.ZIP_STORED))


def _has_zstd() -> bool:
    from importlib.util import find_spec

    return find_spec("compression") is not None


@pytest.mark.parametrize(
    ("tag", "requires"),
    [
        ("py3-none", None),
        ("py2.py3-none", None),
        ("py2-none", "<3"),
        ("cp27-cp27mu", "<3"),
        ("cp312-cp312", "==3.12.*"),
        ("cp37-abi3", ">=3.7"),
        ("cp37-abi3.cp37m", ">=3.7"),
        ("py37-none", ">=3.7"),
        ("cp39.cp310-none", "==3.9.*||==3.10.*"),
        ("pp310-pypy310_pp73", "==3.10.*"),
        ("cp313-cp313t", "==3.13.*"),
        ("CP312-CP312", "==3.12.*"),
        ("any-none", None),
    ],
)
def test_the_tag_of_a_wheel_says_which_pythons_install_it(tmp_path: Path, tag: str, requires: str | None) -> None:
    path = written(tmp_path, f"demo-1.0-{tag}-any.whl", zipped({"demo.py": CODE}))
    assert read(path).declared.requires == requires


@pytest.mark.parametrize("tag", ["py3-none", "cp312-cp312", "cp39-abi3", "cp39.cp310-none"])
def test_tag_and_metadata_hold_both(tmp_path: Path, tag: str) -> None:
    """As ``packaging`` sees it, for every Python from 3.8 on: what has a tag that fits and is admitted."""
    from packaging.specifiers import SpecifierSet
    from packaging.tags import compatible_tags, cpython_tags
    from packaging.utils import parse_wheel_filename

    from syntax_guard.config.specifiers import admitted

    name = f"demo-1.0-{tag}-any.whl"
    path = written(tmp_path, name, zipped({"demo-1.0.dist-info/METADATA": METADATA + "Requires-Python: >=3.9,<3.13\n"}))
    wheel = parse_wheel_filename(name)[3]
    expected = [
        version
        for version in ((3, minor) for minor in range(8, 16))
        if wheel.intersection({*cpython_tags(version, platforms=["any"]), *compatible_tags(version, platforms=["any"])})
        and f"3.{version[1]}" in SpecifierSet(">=3.9,<3.13")
    ]
    requires = read(path).declared.requires
    assert requires is not None
    assert [version for version in admitted(requires) if version >= (3, 8)] == expected


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.whl", b"", True),
        ("a.TAR.GZ", b"", True),
        ("a.zip", b"", True),
        ("tool", zipped({"__main__.py": CODE}), True),
        ("tool", zipped({"__main__.py": CODE}, first=b"#!/usr/bin/env python3\n"), True),
        ("tool", b"#!/usr/bin/env python3\nx = 1\n", False),
        ("tool", b"", False),
        ("tool.py", zipped({"__main__.py": CODE}), False),
        ("gone", None, False),
        ("gone.whl", None, False),
    ],
)
def test_what_an_archive_is(tmp_path: Path, name: str, data: bytes | None, expected: bool) -> None:
    path = written(tmp_path, name, data) if data is not None else os.path.join(tmp_path, name)
    assert is_archive(path) is expected


def test_a_link_within_is_judged_under_its_own_name(tmp_path: Path) -> None:
    members = [
        (link("demo-1.0/a.py", "sub/b.py"), ""),
        (link("demo-1.0/sub/c.py", "../a.py"), ""),
        (entry("demo-1.0/sub/b.py", CODE), CODE),
        (link("demo-1.0/d.py", "demo-1.0/sub/b.py", tarfile.LNKTYPE), ""),
    ]
    path = written(tmp_path, "demo-1.0.tar.gz", tar_of(members))
    names = ("a.py", "d.py", "sub/b.py", "sub/c.py")
    assert judged(read(path)) == {f"demo-1.0/{name}": b"x = 1\n" for name in names}
