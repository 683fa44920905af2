"""The index of a repository: what the next commit changes, and what it holds. Git answers for what is not plain."""

from __future__ import annotations

import os
import stat

from ..config.repository import top_of
from ..errors import GitError
from ..model import Record
from .git_difference import difference
from .git_files import NotPlainError, bytes_of
from .git_links import FILES, REGULAR, SUBMODULE
from .index_bytes import index_of
from .path_names import name_of, path_name
from .selection import SUBMODULE_FOLDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .git_contents import Contents

_DIFFERENCE = (
    "diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv",
    "--ignore-submodules=dirty", "--no-color", "--no-relative",
)  # fmt: skip
_MOVING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_CEILING", "GIT_DISCOVERY", "GIT_IMPLICIT", "GIT_CONFIG")
"""How the variables begin that change where the work tree is."""
_FEWER = "GIT_CONFIG_NOSYSTEM"
"""It takes a configuration away, that of the machine, which does not change it."""
_LARGEST = 16 << 20
"""Bytes of the largest file that is read without git."""


class Entry(Record):
    """A staged file."""

    path: str
    """Relative to the top of the work tree, with ``/`` between its parts."""
    mode: int  # as git keeps it, such as ``0o100755``
    blob: str | None
    """Name of the object that holds its content; None for a path with an unresolved conflict."""
    stored: str | None = None  # where a link leads to, relative to the top
    why_not: str | None = None  # why a link is skipped: the code of the reason


class Index:
    """The index of the repository around `folder`. A context manager.

    Where it is plain, it is read here. Else up to three git processes answer for it. They start at once, and run while
    the caller is busy with something else.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._top = plain_top(folder)
        self._plain = difference(self._top, os.environ) if self._top else None
        self._contents: Contents | None = None
        self._running = {}
        if self._plain is None:
            from . import git

            asked = (_DIFFERENCE,) if self._top else (_DIFFERENCE, git.TOP)
            self._running = {arguments: git.begin(folder, *arguments) for arguments in asked}
        self.removed: list[str] = []  # the paths that the next commit takes away, once `staged` has answered
        self.unmerged: set[str] = set()  # likewise, the paths with an unresolved conflict

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        if self._running:
            from ..processes.spawn import stop

            for process in self._running.values():
                stop(process)
        if self._contents is not None:
            self._contents.close()

    def top(self) -> str:
        """The path of the work tree. Raises `GitError` where there is none."""
        if self._top:
            return self._top
        from . import git

        path = path_name(git.output(self._running[git.TOP], self._folder, *git.TOP)).removesuffix("\n")
        if not os.path.isabs(path):
            raise GitError("git does not say where the work tree is", "look at which git is first on PATH")
        self._top = path  # git said it once
        return path

    def staged(self) -> tuple[Entry, ...]:
        """The files and links that the next commit adds or changes, in the order of the index.

        Left out: deletions, and what ``git add --intent-to-add`` adds, as in a commit. Raises `GitError`.
        """
        if self._plain is not None:
            self.removed += self._plain.removed
            return tuple(Entry(path, mode, blob) for path, mode, blob in self._plain.changed)
        from . import git

        self.contents.start()  # while the first answers
        try:
            output = git.output(self._running[_DIFFERENCE], self._folder, *_DIFFERENCE)
        except GitError:
            git.run(self._folder, *git.TOP)  # where git sees no repository, or wants none of it, this says why
            raise
        entries: dict[str, Entry] = {}
        fields = iter(output.split(b"\0"))
        for field in filter(None, fields):  # the last is empty
            words = field.split(b" ")
            if len(words) != 5 or not words[1].isdigit():
                raise git.not_an_answer(field)
            _, mode, _, blob, status = words
            path = path_name(next(fields, b""))
            if status.startswith(b"U"):
                entries[path] = Entry(path, REGULAR, None)
                self.unmerged.add(path)
            elif status.startswith(b"D"):
                self.removed.append(path)
            elif int(mode, 8) in FILES and path not in entries:
                entries[path] = Entry(path, int(mode, 8), blob.decode())
            elif int(mode, 8) == SUBMODULE:
                entries[path] = Entry(f"{path}/", SUBMODULE, None, why_not=SUBMODULE_FOLDER)
        if self.removed:
            from .git_trees import refuse_doubled_head

            refuse_doubled_head(self.top(), self.removed, entries)
        return tuple(entries.values())

    @property
    def contents(self) -> Contents:
        """The git process that gives contents of the repository. It starts when it is asked."""
        if self._contents is None:
            from .git_contents import Contents

            self._contents = Contents(self._folder)
        return self._contents

    def may_hold_links(self) -> bool | None:
        """Whether a symbolic link may be in the index; None where that is not known."""
        return None if self._plain is None else self._plain.content.may_hold_links()

    def may_hold_attributes(self) -> bool:
        """Whether a file of attributes may be in the index."""
        content = index_of(self.top()) if self._plain is None else self._plain.content
        return content.may_hold_attributes()

    def content(self, path: str, most: int) -> bytes | None:
        """The first `most` bytes of the file that the index holds at `path`; None where it holds none."""
        return dict(self.each_content([path], most))[path]

    def each_content(self, paths: Sequence[str], most: int) -> Iterator[tuple[str, bytes | None]]:
        """Each of `paths`, in some order, with the first `most` bytes of `content`. Raises `GitError`."""
        unknown, apart = [], []
        for path in paths:
            known = self._plain and self._plain.held(path)
            if known:
                mode, blob = known
                yield path, self.read(blob, most) if mode in FILES else None
            elif "\n" in path:  # git reads a name a line
                apart.append(path)
            else:
                unknown.append(path)
        yield from self._each_of_git(unknown, most)
        if apart:
            blobs = self._blobs(apart)
            yield from ((path, self.read(blobs[path], most) if path in blobs else None) for path in apart)

    def _blobs(self, paths: Sequence[str]) -> dict[str, str]:
        """The names of the contents of those of `paths` that the index holds. Raises `GitError`."""
        from .git import index_entry
        from .tracked import fields

        every = map(index_entry, fields(self.top(), paths, "--stage"))
        return {path: blob for _, _, blob, stage, path in every if stage == 0}

    def _each_of_git(self, paths: Sequence[str], most: int) -> Iterator[tuple[str, bytes | None]]:
        """The same, asked of git, which is told of as many as any pipe takes."""
        names = [b":0:" + name_of(path) for path in paths]  # a path may begin as a stage does
        unknown: list[str] = []
        start = 0
        while start < len(names):
            from .git_contents import NAMES_BYTES

            end, size = start + 1, len(names[start])
            while end < len(names) and size + len(names[end]) + 1 < NAMES_BYTES:
                size += len(names[end]) + 1
                end += 1
            self.contents.ask(*names[start:end])
            for path in paths[start:end]:
                found, kind, data = self.contents.answer(most)
                yield path, data if kind == b"blob" else None
                unknown += [] if found else [path]
            start = end
        self._refuse_lost(unknown)

    def _refuse_lost(self, paths: Sequence[str]) -> None:
        """Raise `GitError` where the index holds one of the `paths`, without a content in git."""
        if not paths:
            return
        from .left_out import declaring

        held = self._blobs(paths) if len(paths) == 1 else {one.path for one in declaring(self.top())}
        for path in paths:
            if path in held and path not in self.unmerged:
                from .git import lacking

                raise lacking(path)

    def read(self, name: str, most: int) -> bytes:
        """The first `most` bytes of the object called `name`. Raises `GitError` if git does not give it."""
        data = self.file(name.encode(), most)
        if data is None:
            raise GitError(f"git has no content for object {name}", "try `git fsck`")
        return data

    def file(self, name: bytes, most: int) -> bytes | None:
        """The first `most` bytes of the object called `name`; None where that is no file. Raises `GitError`."""
        if self._plain is not None:
            try:
                return self._plain.objects.read(name.decode(), b"blob", _LARGEST)[:most]
            except NotPlainError:  # such as one in a large pack
                pass
        return self.contents.file(name, most)


def plain_top(folder: str) -> str | None:
    """Path of the work tree where that is plain to see, and None where git has to be asked.

    A process of git is a tenth of a commit's wait, and most repositories are plain: the first ``.git`` upwards is a
    whole one, and neither the environment nor its configuration say that the work tree is elsewhere (git's manual,
    gitrepository-layout and git-config, ``core.worktree``).
    """
    real = os.path.realpath(folder)
    named = any(name.startswith(_MOVING) and name != _FEWER for name in os.environ)
    if named or os.name != "posix" or ".git" in real.split("/"):
        return None
    top = top_of(real)
    if top is None:
        return None
    inside = os.path.join(top, ".git")
    try:
        said = bytes_of(os.path.join(inside, "config")).lower()
        whole = bytes_of(os.path.join(inside, "HEAD"), 10) == b"ref: refs/"
        whole = whole and {"objects", "refs"}.issubset(os.listdir(inside)) and _is_own(top) and _is_own(inside)
    except OSError:
        return None
    moved = b"worktree" in said or b"include" in said or b"bare = false" not in said
    return top if whole and not moved else None


def _is_own(folder: str) -> bool:
    """Whether git takes the folder for this user's (git-config(1), ``safe.directory``), and it is no link."""
    status = os.lstat(folder)
    return status.st_uid == os.geteuid() and stat.S_ISDIR(status.st_mode)
