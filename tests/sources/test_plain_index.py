"""What the next commit changes is read without git where that is plain, and is then what git says of it."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import zlib
from hashlib import sha1
from typing import TYPE_CHECKING

import pytest

from syntax_guard.sources.git_difference import difference
from syntax_guard.sources.git_files import NotPlainError
from syntax_guard.sources.git_objects import Objects
from syntax_guard.sources.staged_index import plain_top

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syntax_guard.sources.git_difference import Difference

    from ..conftest import Folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no owners of folders as git asks about them")
BROKEN = "x = = 1\n"
NAMES = ["a", "a.py", "a-b", "ab", "b", "é", "日本.py", "with space", "x" * 200, "x" * 251 + ".py"]


@pytest.fixture
def repository(repository: Folder) -> Folder:
    repository.git("config", "gc.auto", "0")
    for name in ("old.py", "p/one.py", "p/q/two.py", "r/three.py"):
        repository.write(name)
    repository.git("add", "--all")
    repository.git("commit", "-qm", "first")
    return repository


def git(folder: Folder, *arguments: str) -> bytes:
    return subprocess.run(
        ["git", *arguments], cwd=folder.path, env=folder.environment, capture_output=True, check=True
    ).stdout


def plain(folder: Folder, **variables: str) -> Difference | None:
    top = plain_top(str(folder.path))
    return difference(top, variables) if top else None


def said_by_git(folder: Folder) -> tuple[list[tuple[str, int, str]], set[str]]:
    """What the next commit changes, and what it takes away."""
    fields = git(folder, "diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames").split(b"\0")
    changed, removed = [], set()
    for said, name in zip(fields[::2], fields[1::2], strict=False):
        _, mode, _, blob, status = said.split(b" ")
        if status == b"D":
            removed.add(os.fsdecode(name))
        else:
            changed.append((os.fsdecode(name), int(mode, 8), blob.decode()))
    return changed, removed


def held_by_git(folder: Folder) -> dict[str, tuple[int, str]]:
    fields = [field.partition(b"\t") for field in git(folder, "ls-files", "--stage", "-z").split(b"\0") if field]
    return {os.fsdecode(name): (int(said[:6], 8), said[7:47].decode()) for said, _, name in fields}


def change_at_random(top: Path, dice: random.Random) -> None:
    """Write, remove, turn or link one thing below `top`, whatever stands in its place."""
    place = top.joinpath(*dice.choices(NAMES[:8], k=dice.choice([0, 0, 1, 1, 2, 4])), dice.choice(NAMES))
    for above in (place, *place.parents):
        if above != top and top in above.parents and (above.is_file() or above.is_symlink()):
            above.unlink()
    if place.is_dir():
        shutil.rmtree(place)
    kind = dice.choice(["write", "write", "write", "write", "script", "link", "nothing"])
    if kind == "nothing":
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    if kind == "link":
        place.symlink_to(dice.choice(NAMES[:8]))
        return
    place.write_bytes(dice.randbytes(dice.choice([0, 1, 20, 3000])))
    place.chmod(0o755 if kind == "script" else 0o644)


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 20))])
def test_it_is_what_git_says_whatever_was_changed(repository: Folder, seed: int) -> None:
    dice = random.Random(seed)
    told = 0
    for _ in range(25):
        for _ in range(dice.choice([0, 1, 1, 2, 5])):
            change_at_random(repository.path, dice)
        repository.git("add", "--all")
        found = plain(repository)
        assert found is not None
        changed, removed = said_by_git(repository)
        assert sorted(found.changed) == sorted(changed)
        assert set(found.removed) == removed
        assert len(found.removed) == len(removed)
        held = held_by_git(repository)
        for path in (*held, "nowhere.py", "a/nowhere.py", "p/nowhere.py"):
            known = found.held(path)
            assert known in (None, held.get(path, (0, "")))
            told += known is not None
        assert found.content.may_hold_links() or all(mode != 0o120000 for mode, _ in held.values())
        for path, _, blob in found.changed:
            assert found.objects.read(blob, b"blob", 5000) == git(repository, "cat-file", "blob", blob), path
        if dice.random() < 0.5:
            repository.git("commit", "-qm", "more", "--allow-empty")
        if dice.random() < 0.2:
            repository.git("pack-refs", "--all")
        if dice.random() < 0.3:
            by_place = "true" if dice.random() < 0.5 else "false"
            repository.git("-c", f"repack.useDeltaBaseOffset={by_place}", "repack", "-qadf")
    assert told > 100


def _another_index(repository: Folder) -> dict[str, str]:
    repository.write("old.py", "x = 2\n")
    repository.run("cp", ".git/index", ".git/next-index")
    variables = {"GIT_INDEX_FILE": ".git/next-index"}
    repository.run("git", "add", "old.py", environment=variables)
    return variables


def test_the_index_that_git_commits_is_the_one_that_is_read(repository: Folder) -> None:
    variables = _another_index(repository)
    found, own = plain(repository, **variables), plain(repository)
    assert found
    assert own
    assert [path for path, _, _ in found.changed] == ["old.py"]
    assert own.changed == []


def test_what_replaces_an_object_for_readers_replaces_nothing_here(repository: Folder) -> None:
    repository.write("old.py", BROKEN)
    repository.git("add", "old.py")
    blob = git(repository, "rev-parse", ":old.py").decode().strip()
    other = git(repository, "rev-parse", ":p/one.py").decode().strip()
    repository.git("replace", blob, other)
    found = plain(repository)
    assert found
    assert found.changed == [("old.py", 0o100644, blob)]
    assert found.objects.read(blob, b"blob", 100) == BROKEN.encode()


def _sha256(repository: Folder) -> None:
    shutil.rmtree(repository.path / ".git")
    repository.git("init", "-q", "--object-format=sha256")
    repository.git("add", "--all")
    repository.git("commit", "-qm", "first")


def _unmerged(repository: Folder) -> None:
    blob = git(repository, "rev-parse", ":p/one.py").decode().strip()
    lines = "".join(f"100644 {blob} {stage}\tclash.py\n" for stage in (1, 2, 3))
    repository.run("git", "update-index", "--index-info", stdin=lines.encode())


def _a_submodule(repository: Folder) -> None:
    commit = git(repository, "rev-parse", "HEAD").decode().strip()
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{commit},inner")


def _sparse(repository: Folder) -> None:
    repository.git("sparse-checkout", "init", "--cone", "--sparse-index")
    repository.git("sparse-checkout", "set", "p")


def _a_worktree_elsewhere(repository: Folder) -> None:
    repository.git("config", "core.worktree", str(repository.path / "p"))


def _a_common_folder(repository: Folder) -> None:
    shutil.copytree(repository.path / ".git", repository.path / "other.git")
    repository.write(".git/commondir", "../other.git\n")


def _of_another_user(repository: Folder) -> None:
    if os.geteuid():  # no other user can be had: a link is no folder of this one's
        (repository.path / ".git").rename(repository.path / "elsewhere")
        (repository.path / ".git").symlink_to("elsewhere")
    else:
        os.chown(repository.path / ".git", 12345, 12345)


def _linked(repository: Folder) -> None:
    (repository.path / ".git").rename(repository.path / "elsewhere")
    (repository.path / ".git").symlink_to("elsewhere")


def _a_head_of_another_kind(repository: Folder) -> None:
    repository.write(".git/HEAD", "ref: refs/heads/../heads/main\n")


def _many_packs(repository: Folder) -> None:
    for number in range(12):
        repository.write("more.py", f"x = {number}\n")
        repository.git("add", "more.py")
        repository.git("commit", "-qm", "more")
        repository.git("repack", "-qd")


def _many_folders(repository: Folder) -> None:
    for number in range(200):
        repository.write(f"many/{number}/a.py")
    repository.git("add", "--all")


def _folders_within_folders(repository: Folder) -> None:
    blob = git(repository, "rev-parse", ":p/one.py").decode().strip()
    repository.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{'d/' * 1200}a.py")


def _no_known_trees(repository: Folder) -> None:
    repository.run("rm", ".git/index")
    repository.git("add", "--all")


NOT_PLAIN: dict[str, Callable[[Folder], object]] = {
    "many packs": _many_packs,
    "SHA-256": _sha256,
    "version 4": lambda here: here.git("update-index", "--index-version", "4"),
    "a split index": lambda here: here.git("update-index", "--split-index"),
    "a sparse index": _sparse,
    "an intent to add": lambda here: here.git("add", "--intent-to-add", str(here.write("new.py"))),
    "a conflict": _unmerged,
    "a submodule": _a_submodule,
    "a detached HEAD": lambda here: here.git("checkout", "-q", "--detach"),
    "no commit": lambda here: here.git("symbolic-ref", "HEAD", "refs/heads/unborn"),
    "a HEAD of another kind": _a_head_of_another_kind,
    "a branch that stands for another": lambda here: (
        here.git("symbolic-ref", "HEAD", "refs/heads/it") or here.write(".git/refs/heads/it", "ref: refs/heads/main\n")
    ),
    "an extension": lambda here: here.git("config", "extensions.worktreeConfig", "true"),
    "a format of tomorrow": lambda here: here.git("config", "core.repositoryFormatVersion", "1"),
    "a configuration elsewhere": lambda here: here.git("config", "include.path", "more"),
    "a common folder": _a_common_folder,
    "another user's": _of_another_user,
    "a link": _linked,
    "many folders": _many_folders,
    "folders within folders": _folders_within_folders,
    "no known trees": _no_known_trees,
    "no index": lambda here: here.run("rm", ".git/index"),
    "an index that ends early": lambda here: here.run("truncate", "-s", "-30", ".git/index"),
    "no HEAD": lambda here: here.run("rm", ".git/HEAD"),
}


@pytest.mark.parametrize("make", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_git_is_asked_where_it_is_not_plain(repository: Folder, make: Callable[[Folder], object]) -> None:
    assert plain(repository) is not None
    make(repository)
    assert plain(repository) is None


@pytest.mark.parametrize("make", [NOT_PLAIN[name] for name in (
    "many packs", "SHA-256", "version 4", "a split index", "a sparse index", "a conflict", "a submodule",
    "a detached HEAD", "an extension", "many folders", "no known trees",
)])  # fmt: skip
def test_the_gate_stands_where_git_is_asked(repository: Folder, make: Callable[[Folder], object]) -> None:
    make(repository)
    repository.write("p/one.py", BROKEN)
    repository.git("add", "p/one.py")
    run = repository.check("--staged")
    assert run.code == 1
    assert ("p/one.py", "syntax-error", 1) in run.found


@pytest.mark.parametrize(
    "name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR",
             "GIT_CONFIG_COUNT", "GIT_NAMESPACE", "GIT_OF_TOMORROW"],
)  # fmt: skip
def test_git_is_asked_where_a_variable_may_have_a_say(repository: Folder, name: str) -> None:
    assert plain(repository, GIT_EDITOR="vi", GIT_AUTHOR_DATE="now", GIT_PREFIX="", GIT_EXEC_PATH="/usr/lib/git-core")
    assert plain(repository, **{name: "1"}) is None


def _loose(repository: Folder, name: str) -> Path:
    return repository.path / ".git" / "objects" / name[:2] / name[2:]


def _planted(kind: bytes, data: bytes, size: int | None = None) -> bytes:
    return zlib.compress(b"%s %d\0" % (kind, len(data) if size is None else size) + data)


DATA = b"x = 1\n" * 10
FORGED = {
    "another content": _planted(b"blob", b"x = 2\n" * 10),
    "another kind": _planted(b"tree", DATA),
    "another size": _planted(b"blob", DATA, 10),
    "cut": _planted(b"blob", DATA)[:-5],
    "no zlib": b"blob 60\0" + DATA,
    "nothing": b"",
    "a bomb": _planted(b"blob", b"\0" * (50 << 20)),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_an_object_is_what_its_name_says_or_is_not_believed(repository: Folder, forged: bytes) -> None:
    name = sha1(b"blob 60\0" + DATA).hexdigest()
    file = _loose(repository, name)
    file.parent.mkdir(exist_ok=True)
    objects = Objects(str(repository.path / ".git"))
    file.write_bytes(_planted(b"blob", DATA))
    assert objects.read(name, b"blob", 1000) == DATA
    file.write_bytes(forged)
    with pytest.raises(NotPlainError):
        objects.read(name, b"blob", 1000)


@pytest.mark.parametrize("make", [os.mkdir, lambda path: os.symlink("nowhere", path)])
def test_what_stands_in_the_place_of_an_object_stops_nothing(repository: Folder, make: Callable[[Path], None]) -> None:
    name = "12" + "3" * 38
    _loose(repository, name).parent.mkdir(exist_ok=True)
    make(_loose(repository, name))
    with pytest.raises(NotPlainError):
        Objects(str(repository.path / ".git")).read(name, b"blob", 1000)


@pytest.mark.parametrize("by_place", ["true", "false"])
def test_an_object_in_a_pack_is_what_its_name_says_or_is_not_believed(repository: Folder, by_place: str) -> None:
    dice = random.Random(by_place)
    lines = [f"x{number} = {number}\n" for number in range(300)]
    for number in range(12):
        lines[dice.randrange(len(lines))] = f"y{number} = {number}\n" * number
        repository.write("large.py", "".join(lines))
        repository.git("add", "large.py")
        repository.git("commit", "-qm", "more")
    repository.git("-c", f"repack.useDeltaBaseOffset={by_place}", "repack", "-qadf")
    blobs = [git(repository, "rev-parse", f"HEAD~{number}:large.py").decode().strip() for number in range(12)]
    whole = {blob: git(repository, "cat-file", "blob", blob) for blob in blobs}
    objects = Objects(str(repository.path / ".git"))
    assert {blob: objects.read(blob, b"blob", 50_000) for blob in blobs} == whole
    with pytest.raises(NotPlainError):
        objects.read(blobs[0], b"blob", 1000)
    with pytest.raises(NotPlainError):
        objects.read(blobs[0], b"tree", 50_000)
    believed = refused = 0
    for ending in ("pack", "idx"):
        (file,) = (repository.path / ".git/objects/pack").glob(f"*.{ending}")
        file.chmod(0o644)
        content = file.read_bytes()
        for _ in range(150):
            damaged = bytearray(content)
            for _ in range(dice.choice([1, 3, 20])):
                damaged[dice.randrange(len(damaged))] = dice.randrange(256)
            file.write_bytes(damaged[: dice.choice([len(damaged), len(damaged), dice.randrange(len(damaged))])])
            blob = dice.choice(blobs)
            try:
                assert objects.read(blob, b"blob", 50_000) == whole[blob]
                believed += 1
            except NotPlainError:
                refused += 1
        file.write_bytes(content)
    assert min(believed, refused) > 20


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_index_is_read_as_git_reads_it(repository: Folder, seed: int) -> None:
    """git looks at no checksum before it commits what it reads, and neither does the gate."""
    dice = random.Random(seed)
    repository.write("p/one.py", BROKEN)
    repository.git("add", "p/one.py")
    index = repository.path / ".git" / "index"
    whole = index.read_bytes()
    told = 0
    for _ in range(400):
        damaged = bytearray(whole)
        for _ in range(dice.choice([1, 1, 2, 8])):
            damaged[dice.randrange(len(damaged))] = dice.choice([0, 1, 0x80, 0xFF, dice.randrange(256)])
        index.write_bytes(damaged[: dice.choice([len(damaged), len(damaged), dice.randrange(len(damaged))])])
        found = plain(repository)
        told += found is not None
        if found and not told % 16:
            assert (found.changed, set(found.removed)) == said_by_git(repository)
    assert 32 < told < 400


def test_a_commit_of_a_plain_repository_starts_no_git(repository: Folder) -> None:
    repository.write("bin/git", '#!/bin/sh\necho started > "$0.log"\nexit 1\n').chmod(0o755)
    repository.write("p/one.py", BROKEN)
    repository.git("add", "p/one.py")
    path = os.pathsep.join([str(repository.path / "bin"), repository.environment["PATH"]])
    run = repository.run("syntax-guard", "check", "--staged", environment={"PATH": path})
    assert run.code == 1
    assert not (repository.path / "bin/git.log").exists()
