"""Objects that git hands on though they are damaged, and folders with two entries of one name: never green."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest

from ..conftest import Folder, Run, new_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    Gate: TypeAlias = Callable[[Folder, str], Run]

GOOD, BROKEN = "x = 1\n", "def f(:\n"


@pytest.fixture(params=["sha1", "sha256"])
def repository(tmp_path: Path, request: pytest.FixtureRequest) -> Folder:
    """`main`, which is checked out, with one file, and objects in files of their own."""
    (tmp_path / "home").mkdir()
    (tmp_path / "repository").mkdir()
    folder = Folder(tmp_path / "repository", new_home(tmp_path / "home"))
    folder.git("init", "-q", "-b", "main", f"--object-format={request.param}")
    folder.write("a.py", GOOD)
    folder.write("b.py", GOOD * 2)
    folder.git("add", "--all")
    folder.git("commit", "-qm", "first")
    return folder


def commits(repository: Folder, tip: str) -> Run:
    return repository.guard("check", "--commits", f"main..{tip}")


def one_commit(repository: Folder, tip: str) -> Run:
    return repository.guard("check", "--commits", tip)


def merge(repository: Folder, tip: str) -> Run:
    return repository.guard("check", "--merge", f"main...{tip}")


def pre_push(repository: Folder, tip: str) -> Run:
    return repository.guard("pre-push", stdin=f"topic {tip} refs/heads/topic {zeros(tip)}\n".encode())


def pre_receive(repository: Folder, tip: str) -> Run:
    return repository.guard("pre-receive", stdin=f"{zeros(tip)} {tip} refs/heads/topic\n".encode())


def every_commit(repository: Folder, tip: str) -> Run:
    line = f"{zeros(tip)} {tip} refs/heads/topic\n".encode()
    return repository.guard("pre-receive", "--every-commit", stdin=line)


def update(repository: Folder, tip: str) -> Run:
    return repository.guard("update", "refs/heads/main", repository.git("rev-parse", "main"), tip)


def zeros(name: str) -> str:
    return "0" * len(name)


GATES = pytest.mark.parametrize("gate", [commits, one_commit, merge, pre_push, pre_receive, every_commit, update])


def blob(repository: Folder, content: str) -> str:
    run = repository.run("git", "hash-object", "-w", "--stdin", stdin=content.encode())
    return run.out.strip()


def tree(repository: Folder, *entries: tuple[str, str]) -> str:
    """A tree of `entries`: the name of each, and its object."""
    lines = []
    for name, held in entries:
        folder = repository.git("cat-file", "-t", held) == "tree"
        lines.append(f"{'040000 tree' if folder else '100644 blob'} {held}\t{name}\n")
    return repository.run("git", "mktree", stdin="".join(lines).encode()).out.strip()


def commit(repository: Folder, top: str) -> str:
    return repository.git("commit-tree", "-p", "main", "-m", "more", top)


def two_files(repository: Folder) -> str:
    good, bad = repository.git("rev-parse", "main:a.py"), blob(repository, BROKEN)
    return tree(repository, ("a.py", good), ("a.py", bad))


def two_files_the_broken_one_first(repository: Folder) -> str:
    good, bad = blob(repository, "x = 2\n"), blob(repository, BROKEN)
    return tree(repository, ("a.py", bad), ("a.py", good))


def two_settings(repository: Folder) -> str:
    excluding = blob(repository, '[tool.syntax-guard]\nexclude = ["*"]\n')
    table = blob(repository, "[tool.other]\n")
    bad = blob(repository, BROKEN)
    return tree(repository, ("a.py", bad), ("pyproject.toml", table), ("pyproject.toml", excluding))


def two_folders(repository: Folder) -> str:
    good, bad = repository.git("rev-parse", "main:a.py"), blob(repository, BROKEN)
    return tree(repository, ("p", tree(repository, ("a.py", good))), ("p", tree(repository, ("b.py", bad))))


def two_folders_below(repository: Folder) -> str:
    return tree(repository, ("top", tree(repository, ("in", two_folders(repository)))))


def two_files_below(repository: Folder) -> str:
    return tree(repository, ("top", tree(repository, ("in", two_files(repository)))))


def a_file_and_a_folder(repository: Folder) -> str:
    good, bad = repository.git("rev-parse", "main:a.py"), blob(repository, BROKEN)
    return tree(repository, ("a.py", good), ("a.py", tree(repository, ("b.py", bad))))


TREES = [
    two_files, two_files_the_broken_one_first, two_settings, two_folders, two_folders_below, two_files_below,
    a_file_and_a_folder,
]  # fmt: skip


@pytest.mark.grid
@GATES
@pytest.mark.parametrize("doubled", TREES)
@pytest.mark.parametrize("repository", ["sha1"], indirect=True)
def test_two_entries_of_one_name_are_refused(repository: Folder, gate: Gate, doubled: Callable[[Folder], str]) -> None:
    run = gate(repository, commit(repository, doubled(repository)))
    assert (run.code, run.out, run.err.count("\n"), "holds two entries called" in run.err) == (2, "", 1, True), run.err


@pytest.mark.parametrize("repository", ["sha1"], indirect=True)
def test_such_a_commit_on_the_server_does_not_stop_the_one_that_ends_it(repository: Folder) -> None:
    doubled = commit(repository, two_files(repository))
    fixed = repository.git("commit-tree", "-p", doubled, "-m", "fixed", "main^{tree}")
    repository.git("update-ref", "refs/heads/topic", doubled)
    run = repository.guard("pre-receive", stdin=f"{doubled} {fixed} refs/heads/topic\n".encode())
    assert run.code == 0, run.err


def a_folder_of_two_files(repository: Folder) -> str:
    good, bad = repository.git("rev-parse", "main:a.py"), blob(repository, BROKEN)
    inside = tree(repository, ("b.py", good), ("c.py", bad))
    return tree(repository, ("a.py", good), ("a.py", inside), ("z.py", good))


@pytest.mark.parametrize(
    ("doubled", "staged"),
    [
        (two_files, "z.py"), (two_files_the_broken_one_first, "z.py"), (two_files_the_broken_one_first, "a.py"),
        (two_settings, "z.py"), (two_files_below, "top/in/a.py"), (a_file_and_a_folder, "z.py"),
        (a_folder_of_two_files, "a.py/b.py"), (a_folder_of_two_files, "z.py"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("repository", ["sha1"], indirect=True)
def test_a_head_with_two_entries_is_refused_where_git_calls_one_of_them_removed(
    repository: Folder, doubled: Callable[[Folder], str], staged: str
) -> None:
    repository.git("reset", "-q", "--hard", commit(repository, doubled(repository)))
    repository.write(staged, "x = 3\n")
    repository.git("add", "--all")
    run = repository.guard("check", "--staged")
    assert (run.code, run.out, run.err.count("\n"), "HEAD holds two entries called" in run.err) == (2, "", 1, True), run


@pytest.mark.parametrize("repository", ["sha1"], indirect=True)
def test_what_is_to_be_added_later_is_no_second_entry(repository: Folder) -> None:
    repository.git("rm", "-q", "--cached", "a.py")
    repository.git("add", "--intent-to-add", "a.py")
    repository.write("b.py", BROKEN)
    repository.git("add", "b.py")
    run = repository.guard("check", "--staged")
    assert (run.code, "b.py:1:7" in run.out) == (1, True), run


def stored(repository: Folder, name: str, content: bytes) -> None:
    """Have the file of the object `name` hold `content`."""
    path = repository.path / ".git/objects" / name[:2] / name[2:]
    path.chmod(0o600)
    path.write_bytes(zlib.compress(content))


def damaged(repository: Folder, content: str) -> str:
    """A commit with `a.py`, whose object holds `content`, and with the broken file `z.py`."""
    repository.write("a.py", "x = 5\n")
    repository.write("z.py", BROKEN)
    repository.git("add", "--all")
    repository.git("commit", "-qm", "second")
    tip = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "-q", "--detach", "main")
    repository.git("update-ref", "refs/heads/main", "HEAD~1")
    name, other = (repository.git("rev-parse", f"{tip}:{path}") for path in ("a.py", "z.py"))
    stored(repository, name, content.replace("OTHER", other).encode("latin-1"))
    return tip


STORED = pytest.mark.parametrize(
    "content",
    [
        "blob 6\0x = 5\n\nOTHER blob 6\nx = 6\n\n",  # an answer for another file
        "blob 6\0x = 5\n\nOTHER missing\n",
        "blob 6\0x = 5\n\n",
        "blob 6\0x = 6\n",  # the content of another file
        "blob 7\0x = 5\n",
        "blob 8\0x = 5\n",  # git waits for a question, and the reader for the rest
        "blob 60\0x = 5\n",
        "blob 9000000000000\0x = 5\n",
        "blob 99999999999999999999999\0x = 5\n",
        "blob 6\0x = 5\n" + "0" * 100_000,
    ],
)


@pytest.mark.grid
@pytest.mark.parametrize("gate", [one_commit, merge, pre_push, pre_receive])
@STORED
@pytest.mark.parametrize("repository", ["sha1"], indirect=True)
def test_what_git_says_of_a_damaged_object_is_no_other_file(repository: Folder, gate: Gate, content: str) -> None:
    run = gate(repository, damaged(repository, content))
    assert run.code in (1, 2), run.err
    assert any(said in run.out + run.err for said in ("is damaged", "git ended before")), run


@pytest.mark.grid
@STORED
def test_what_is_staged(repository: Folder, content: str) -> None:
    repository.write("a.py", "x = 5\n")
    repository.write("z.py", BROKEN)
    repository.git("add", "--all")
    name, other = (repository.git("rev-parse", f":{path}") for path in ("a.py", "z.py"))
    stored(repository, name, content.replace("OTHER", other).encode("latin-1"))
    run = repository.guard("check", "--staged")
    assert run.code in (1, 2), run.err
    assert any(said in run.out + run.err for said in ("is damaged", "git ended before")), run


def test_whole_objects_are_judged_under_either_hash(repository: Folder) -> None:
    large = ("#" * 79 + "\n") * 14_000  # more than one piece
    repository.write("large.py", large)
    repository.write("empty.py", "")
    repository.git("add", "--all")
    assert repository.guard("check", "--staged").code == 0
    repository.git("commit", "-qm", "second")
    assert repository.guard("check", "--commits", "HEAD~1..HEAD").code == 0
    repository.write("large.py", large + BROKEN)
    repository.git("commit", "-qam", "third")
    run = repository.guard("check", "--commits", "HEAD~1..HEAD")
    assert (run.code, "large.py:14001:7" in run.out) == (1, True), run.out


@pytest.mark.parametrize("repository", ["sha1"], indirect=True)
def test_a_file_in_place_of_a_folder_and_a_folder_in_place_of_a_file(repository: Folder) -> None:
    bad = blob(repository, BROKEN)
    inside = tree(repository, ("c.py", repository.git("rev-parse", "main:a.py")))
    first = commit(repository, tree(repository, ("a.py", inside), ("b.py", bad)))
    second = repository.git(
        "commit-tree", "-p", first, "-m", "turned", tree(repository, ("a.py", bad), ("b.py", inside))
    )
    merged = repository.git(
        "commit-tree", "-p", second, "-p", "main", "-m", "merged", tree(repository, ("a.py", inside))
    )
    for tip, named in ((first, "b.py:1:7"), (second, "a.py:1:7"), (merged, "")):
        run = repository.guard("check", "--commits", tip)
        assert (run.code, named in run.out) == (1 if named else 0, True), run.out
