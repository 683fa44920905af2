"""A tar is judged by what extracting it leaves on disk: its members one by one, and what is written through links."""

from __future__ import annotations

import io
import os
import random
import shutil
import tarfile
from typing import TYPE_CHECKING

import pytest

from syntax_guard.sources.archives.kinds import read
from syntax_guard.sources.file_types import is_python_name
from syntax_guard.sources.readers import UnreadableError

from .making import entry, link, tar_of, written, zipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Members = list[tuple[tarfile.TarInfo, str]]

CODE, BROKEN = "x = 1\n", "def f(:\n"
SCRIPT = "#!/usr/bin/env python3\n"
HARD = tarfile.LNKTYPE
OK = (entry("p/ok.py", CODE), CODE)
CASES = int(os.environ.get("SYNTAX_GUARD_TAR_CASES", "300"))
SEED = os.environ.get("SYNTAX_GUARD_TAR_SEED", "1")


def wrong_in(path: str) -> dict[str | None, str]:
    """What of an archive is refused, and why; None is all of it."""
    found = {}
    for source in read(path).sources:
        try:
            compile(source.read(), "", "exec")
        except (UnreadableError, SyntaxError) as error:
            found[source.member] = str(error.problem.message if isinstance(error, UnreadableError) else error)
    return found


def file(
    name: str, content: str = BROKEN, mode: int = 0o644, kind: bytes = tarfile.REGTYPE
) -> tuple[tarfile.TarInfo, str]:
    return entry(name, content, mode, kind), content


def to(name: str, target: str, kind: bytes = tarfile.SYMTYPE, mode: int = 0o644) -> tuple[tarfile.TarInfo, str]:
    member = link(name, target, kind)
    member.mode = mode
    return member, ""


def folder(name: str) -> tuple[tarfile.TarInfo, str]:
    return entry(name, mode=0o755, kind=tarfile.DIRTYPE), ""


THROUGH_LINKS: dict[str, Members] = {
    "a hard link": [OK, to("p/data.txt", "p/ok.py", HARD), file("p/data.txt")],
    "a symbolic link": [OK, to("p/data.txt", "ok.py"), file("p/data.txt")],
    "a link to a new file": [to("p/data.txt", "new.py"), file("p/data.txt")],
    "a link to a folder": [OK, to("p/data", "."), to("p/data/ok.txt", "ok.py"), file("p/ok.txt")],
    "a link to a link": [OK, to("p/a.txt", "ok.py"), to("p/b.txt", "p/a.txt", HARD), file("p/b.txt")],
    "a folder over a script, which may be executed then": [OK, file("p/tool", SCRIPT + BROKEN), folder("p/./tool")],
    "a folder over a link": [OK, file("p/tool", SCRIPT + BROKEN), to("p/d", "tool"), folder("p/d")],
    "a folder through a link": [OK, file("p/tool", SCRIPT + BROKEN), to("p/d", "."), folder("p/d/tool")],
    "a name with two dots": [OK, to("p/d", "e/f"), to("p/e/a.txt", "../ok.py"), file("p/d/../a.txt")],
    "a name from the top": [OK, to("p/data.txt", "ok.py"), file("/p/data.txt")],
    "a name in another case": [OK, to("p/Data.txt", "ok.py"), file("p/data.txt")],
    "a name in another normal form": [OK, to("p/\xe9.txt", "ok.py"), file("p/e\u0301.txt")],
    "a name that Windows shortens": [OK, to("p/data.txt", "ok.py"), file("p/data.txt.")],
    "a name with a backslash": [OK, to("p/data.txt", "ok.py"), file("p\\data.txt")],
}


@pytest.mark.parametrize("members", THROUGH_LINKS.values(), ids=THROUGH_LINKS)
def test_what_is_written_through_a_link_changes_another_file(tmp_path: Path, members: Members) -> None:
    found = wrong_in(written(tmp_path, "p.tar.gz", tar_of(members)))
    assert "over another or through a link" in found[None]
    assert any(os.path.basename(member.name) in found[None] for member, _ in members[1:])


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.CONTTYPE])
def test_a_file_with_a_slash_at_the_end_is_written_without_it(tmp_path: Path, kind: bytes) -> None:
    member = entry("p/broken.py/", BROKEN, kind=kind)
    assert set(wrong_in(written(tmp_path, "p.tar.gz", tar_of([OK, (member, BROKEN)])))) == {"p/broken.py"}
    notes = [OK, file("p/n.txt"), to("p/broken.py/", "n.txt")]
    assert set(wrong_in(written(tmp_path, "p.tar.gz", tar_of(notes)))) == {"p/broken.py"}


@pytest.mark.parametrize("name", ["p/tool", "p/d/../tool", "/p/tool"])
def test_a_second_script_of_one_name_keeps_the_right_to_be_executed(tmp_path: Path, name: str) -> None:
    members = [file("p/tool", SCRIPT + CODE, 0o755), file(name, SCRIPT + BROKEN)]
    assert set(wrong_in(written(tmp_path, "p.tar.gz", tar_of(members)))) == {name}


TOOL, RUN = SCRIPT + BROKEN, "p/run"
MADE_SCRIPTS: dict[str, Members] = {
    "from a hard link": [OK, file("p/tool", TOOL), to(RUN, "p/tool", HARD, 0o755)],
    "and not from one that comes first": [OK, file("p/tool", TOOL, 0o755), to(RUN, "p/tool", HARD)],
    "from a hard link to a hard link": [
        OK, file("p/tool", TOOL), to("p/more", "p/tool", HARD), to(RUN, "p/more", HARD, 0o755)
    ],
    "from a hard link to a symbolic link": [
        OK, file("p/tool", TOOL), to("p/more", "tool"), to(RUN, "p/more", HARD, 0o777)
    ],
}  # fmt: skip


@pytest.mark.parametrize("members", MADE_SCRIPTS.values(), ids=MADE_SCRIPTS)
def test_all_names_of_a_file_have_one_right_to_be_executed(tmp_path: Path, members: Members) -> None:
    assert set(wrong_in(written(tmp_path, "p.tar.gz", tar_of(members)))) == {"p/tool"}


def test_a_link_to_a_script_has_its_account_by_the_script(tmp_path: Path) -> None:
    names = [to("p/tool", "lib/impl"), to("p/hard", "p/lib/impl", HARD, 0o755), to("p/text", "ok.py")]
    archive = read(written(tmp_path, "p.tar.gz", tar_of([OK, *names, file("p/lib/impl", SCRIPT + CODE, 0o755)])))
    assert sorted(str(one.member) for one in archive.sources) == ["p/lib/impl", "p/ok.py"]
    assert [(one.path.removeprefix(archive.path), one.reason) for one in archive.skipped] == [
        ("/p/tool", "same-file"), ("/p/hard", "same-file"),
    ]  # fmt: skip


ORDINARY: dict[str, Members] = {
    "a link to a file": [OK, file("p/README"), to("p/docs/README", "../README"), to("p/more.txt", "p/README", HARD)],
    "a link to a folder": [OK, file("p/src/data.txt"), to("p/lib", "src"), to("p/more.py", "ok.py")],
    "a link in another case": [OK, file("p/README"), to("p/Readme", "README")],
    "a Python link by way of another link": [OK, to("p/newest", "ok.py"), to("p/more.py", "newest")],
    "one link twice": [OK, to("p/a.txt", "ok.py"), to("p/a.txt", "ok.py")],
    "one text twice": [OK, file("p/a.txt", "one"), file("p/a.txt", "two")],
}  # fmt: skip


@pytest.mark.parametrize("members", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_links_are_no_finding(tmp_path: Path, members: Members) -> None:
    assert wrong_in(written(tmp_path, "p.tar.gz", tar_of(members))) == {}


@pytest.mark.parametrize("name", ["demo/broken.py.", "demo/broken.py ", "demo/broken.py::$DATA", "demo/broken.pyw. ."])
def test_a_name_that_windows_takes_for_a_python_file(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, "demo-1.0-py3-none-any.whl", zipped({name: BROKEN}))
    assert "Windows" in wrong_in(path)[name]


NAMES = ("ok.py", "new.py", "a.txt", "a.txt/", "b.txt", "tool", "d", "d/a.txt", "d/ok.py", "d/../b.txt", "e/a.txt",
         "e/ok.py", "e/tool", "./a.txt", "broken.py/")  # fmt: skip
TARGETS = ("ok.py", "new.py", "a.txt", "b.txt", "tool", ".", "d", "e", "../p/ok.py", "d/ok.py", "d/../tool", "../ok.py",
           "../tool")  # fmt: skip
KINDS = (tarfile.REGTYPE, tarfile.REGTYPE, tarfile.REGTYPE, tarfile.CONTTYPE, tarfile.SYMTYPE, tarfile.SYMTYPE, HARD,
         tarfile.DIRTYPE)  # fmt: skip


def random_members(chance: random.Random) -> Members:
    """Some members whose paths meet often; a broken one is seldom called as Python is."""
    members: Members = []
    for _ in range(chance.randint(2, 6)):
        name, kind, mode = f"p/{chance.choice(NAMES)}", chance.choice(KINDS), chance.choice((0o644, 0o755))
        if kind in (tarfile.SYMTYPE, HARD):
            target = chance.choice(TARGETS)
            members.append(to(name, target if kind == tarfile.SYMTYPE else f"p/{target}", kind, mode))
        else:
            text = chance.choice(("", SCRIPT)) + (CODE if chance.random() < 0.3 else BROKEN)
            text = CODE if name.endswith(".py") and chance.random() < 0.9 else text
            members.append(file(name, "" if kind == tarfile.DIRTYPE else text, mode, kind))
    return members


def as_tarfile_with(name: str) -> Callable[[bytes, str], None]:
    """Extraction by ``tarfile`` with the filter `name`; a Python without filters has only the one way."""

    def extract(data: bytes, folder: str) -> None:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            if hasattr(tarfile, "data_filter"):
                archive.extraction_filter = getattr(tarfile, f"{name}_filter")
            archive.extractall(folder)

    return extract


def as_pip_23(data: bytes, folder: str) -> None:
    """Extraction as pip did it before it had filters: links are made, and all else is written by ``open``."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive.getmembers():
            path = os.path.join(folder, member.name.split("/", 1)[1])
            if member.isdir():
                os.makedirs(path, exist_ok=True)
                continue
            try:
                if member.issym():
                    archive._extract_member(member, path)
                    continue
                content = archive.extractfile(member)
            except (KeyError, OSError, RecursionError):
                continue
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as out:
                shutil.copyfileobj(content, out)  # type: ignore[arg-type]  # which ends with an error where it is None, as pip does
            if member.mode & 0o111:
                os.chmod(path, 0o755)


WAYS = {"data": as_tarfile_with("data"), "fully_trusted": as_tarfile_with("fully_trusted"), "pip 23": as_pip_23}


def broken_on_disk(folder: str) -> list[str]:
    """The files there that look like Python, by name or as scripts, and do not parse."""
    found = []
    for top, _, names in os.walk(folder):
        for path in (os.path.join(top, name) for name in names):
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as opened:
                content = opened.read()
            if is_python_name(path) or (
                os.access(path, os.X_OK) and content.startswith(b"#!") and not os.path.islink(path)
            ):
                try:
                    compile(content, path, "exec")
                except SyntaxError:
                    found.append(os.path.relpath(path, folder))
    return found


@pytest.mark.slow
def test_what_is_broken_on_disk_is_refused(tmp_path: Path) -> None:
    """Random tars, extracted for real."""
    chance = random.Random(SEED)
    compared = 0
    for number in range(CASES):
        members = random_members(chance)
        data = tar_of(members, "")
        found = wrong_in(written(tmp_path, "p.tar", data))
        for way, extract in WAYS.items():
            folder = os.path.join(tmp_path, "disk", str(number), way, "a", "b", "c")
            os.makedirs(folder)
            try:
                extract(data, folder)
            except (tarfile.TarError, OSError, KeyError, AttributeError, RecursionError):
                continue  # nothing gets installed
            broken = broken_on_disk(os.path.join(tmp_path, "disk", str(number), way))
            compared += bool(broken)
            assert found or not broken, [
                (one.name, one.type, one.linkname, oct(one.mode), text) for one, text in members
            ]
        shutil.rmtree(os.path.join(tmp_path, "disk", str(number)))
    assert compared > CASES / 10


def is_harmless(member: tarfile.TarInfo, text: str) -> bool:
    """Whether a member is none to judge, or a valid file, and stays in its folder."""
    if ".." in member.name or (member.type == HARD and member.mode & 0o111):
        return False
    if member.name.rstrip("/").endswith(".py") and text != CODE:
        return False
    return BROKEN not in text or not member.mode & 0o111


def test_a_tar_without_members_is_no_finding(tmp_path: Path) -> None:
    assert wrong_in(written(tmp_path, "p.tar", tar_of([], ""))) == {}


def test_tars_whose_paths_do_not_meet_are_no_finding(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    compared = 0
    for _ in range(CASES):
        members = [one for one in random_members(chance) if is_harmless(*one)]
        paths = [os.path.normpath(one.name) for one, _ in members]
        links = tuple(one.name.rstrip("/") + "/" for one, _ in members if one.linkname)
        if len({*paths}) == len(paths) and not any(one.name.startswith(links) for one, _ in members):
            compared += bool(links)
            assert wrong_in(written(tmp_path, "p.tar", tar_of(members, ""))) == {}, paths
    assert compared > CASES / 10


@pytest.mark.parametrize(
    ("kind", "link_comes_first"), [(tarfile.SYMTYPE, False), (tarfile.SYMTYPE, True), (HARD, False)]
)
@pytest.mark.parametrize(("content", "codes"), [(CODE, set()), (BROKEN, {"p/a.py"})])
def test_a_link_of_a_python_name_is_judged_whatever_it_leads_to_is_called(
    tmp_path: Path, content: str, codes: set[str], link_comes_first: bool, kind: bytes
) -> None:
    members = [file("p/a.txt", content), to("p/a.py", "a.txt" if kind != HARD else "p/a.txt", kind)]
    made = tar_of(members[::-1] if link_comes_first else members)
    assert set(wrong_in(written(tmp_path, "x.tar.gz", made))) == codes


def test_what_lies_beside_the_folder_of_a_source_distribution_hides_no_metadata(tmp_path: Path) -> None:
    info = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Python: >=3.9\n"
    for beside in ("._demo-1.0", "other/b.txt", "other/b.py", "setup.cfg"):
        members = [file("demo-1.0/PKG-INFO", info), file("demo-1.0/a.py", CODE), file(beside, CODE)]
        archive = read(written(tmp_path, "demo-1.0.tar.gz", tar_of(members)))
        assert (archive.kind, archive.declared.requires) == ("source distribution", ">=3.9"), beside
