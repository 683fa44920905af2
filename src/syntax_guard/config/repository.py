"""Where a repository of git begins, and where its work tree does: by git's rules, without git (its setup.c)."""

from __future__ import annotations

import os
import stat

_HEX = frozenset(b"0123456789abcdefABCDEF")
_NAMED = b"gitdir: "
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))  # waits for no FIFO
_MOST_READ = 1 << 20
"""Bytes of the largest file of a repository that is read here."""


def is_top(folder: str) -> bool:
    """Whether a repository begins at `folder`: its ``.git`` is the folder of one, or a file that names one.

    What lies under that name and is none says nothing, as for git (``is_git_directory``, gitrepository-layout(5)).
    """
    return git_folder(folder) is not None


def top_of(folder: str) -> str | None:
    """The top of the work tree of git that `folder`, a real path, lies in; None where it lies in none.

    That is the nearest folder upwards where a repository begins, unless the repository says that it has no work tree,
    or another one (git-config(1), ``core.bare`` and ``core.worktree``).
    """
    top, _ = work_tree_around(folder)
    return top


def work_tree_around(folder: str) -> tuple[str | None, str]:
    """As `top_of`, and the folder in which git keeps the repository; the second is empty where there is no first."""
    begins, inside = around(folder)
    tree = work_tree(begins, inside) if inside else None
    lies_in = tree and (folder == tree or folder.startswith(os.path.join(tree, "")))
    return (tree, inside) if inside and lies_in else (None, "")


def around(folder: str) -> tuple[str, str | None]:
    """The nearest folder from `folder` upwards where a repository begins, and the one in which git keeps it; the root
    of the file system and None where there is no repository."""
    while True:
        inside = git_folder(folder)
        above = os.path.dirname(folder)
        if inside or above == folder:
            return folder, inside
        folder = above


def git_folder(top: str) -> str | None:
    """The folder in which git keeps the repository that begins at `top`; None where none does."""
    inside = os.path.join(top, ".git")
    if not os.access(inside, os.F_OK):  # as in nearly all folders
        return None
    if not os.path.isdir(inside):  # a linked work tree and a submodule have a file that says where it is
        said = _content(inside)
        if not said.startswith(_NAMED):
            return None
        inside = os.path.join(top, os.fsdecode(said[len(_NAMED) :].rstrip(b"\r\n")))
    return inside if _is_repository(inside) else None


def common_folder(inside: str) -> str:
    """The folder in which git keeps what all work trees share, where `inside` is the one of a work tree."""
    named = _content(os.path.join(inside, "commondir")).rstrip(b"\r\n")
    return os.path.join(inside, os.fsdecode(named)) if named else inside


def work_tree(top: str, inside: str) -> str | None:
    """The work tree of the repository that begins at `top` and is kept `inside`; None where it has none."""
    common = common_folder(inside)
    said = _content(os.path.join(common, "config"))
    own = said if common == inside else b""
    if b"worktreeconfig" in said.lower():
        own += b"\n" + _content(os.path.join(inside, "config.worktree"))
    plain = own.lower()
    if plain.count(b"bare") == plain.count(b"bare = false\n") and b"worktree" not in plain:
        return top  # as nearly always
    core = _core(own)
    if core.get("bare", b"no").lower() in (b"true", b"yes", b"on", b"1"):
        return None
    return os.path.realpath(os.path.join(inside, os.fsdecode(core["worktree"]))) if "worktree" in core else top


def _core(configuration: bytes) -> dict[str, bytes]:
    """What the section ``core`` of a `configuration` says last under each name, without quotes (git-config(1))."""
    found, section = {}, b""
    for line in map(bytes.strip, configuration.replace(b"\\\n", b"").splitlines()):
        if line.startswith(b"["):
            section, _, line = line[1:].partition(b"]")
        name, equals, value = line.strip().partition(b"=")
        if section.strip().lower() == b"core" and name and name[:1] not in b"#;":
            value = value.strip() if equals else b"true"
            bare = value.partition(b"#")[0].partition(b";")[0].rstrip()  # a comment may follow
            plain = value.removeprefix(b'"').rpartition(b'"')[0] if value.startswith(b'"') else bare
            found[os.fsdecode(name).strip().lower()] = plain.replace(b'\\"', b'"').replace(b"\\\\", b"\\")
    return found


def _is_repository(inside: str) -> bool:
    """Whether git takes the folder `inside` for that of a repository."""
    try:
        status = os.lstat(os.path.join(inside, "HEAD"))
    except OSError:
        return False
    common = common_folder(inside)
    if not all(os.access(os.path.join(common, part), os.X_OK) for part in ("refs", "objects")):
        return False
    if stat.S_ISLNK(status.st_mode):
        return os.readlink(os.path.join(inside, "HEAD")).startswith("refs/")
    if not stat.S_ISREG(status.st_mode):  # git would read a FIFO for ever: the code that reads it says so
        return not stat.S_ISDIR(status.st_mode)
    head = _content(os.path.join(inside, "HEAD"), 256)
    if head.startswith(b"ref:"):
        return head[4:].lstrip().startswith(b"refs/")
    return len(head) >= 40 and _HEX.issuperset(head[:40])


def _content(path: str, most: int = _MOST_READ) -> bytes:
    """The first `most` bytes of the regular file at `path`; none where there is no such file, or it cannot be read."""
    try:
        file = os.open(path, _FLAGS)
    except OSError:
        return b""
    try:
        status = os.fstat(file)
        return os.read(file, min(most, status.st_size)) if stat.S_ISREG(status.st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(file)
