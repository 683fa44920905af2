"""What git's commits hold and change: names of objects, never a checkout.

The work tree is not looked at, so bare repositories answer as well. What a partial clone does not have is not fetched.
"""

from __future__ import annotations

from ..config.settings import speaks_for
from ..errors import GitError, UsageError
from ..model import Record
from . import git
from .git_ahead import InOrder
from .git_changes import DIFFERENCE, Change, lies_below, listed
from .git_contents import Contents
from .git_links import EXECUTABLE, FILES, FOLDER, REGULAR, SUBMODULE, SYMBOLIC, skipped_as, worth_following
from .git_relinked import Relinked
from .git_shallow import WHOLE, shallow_commits
from .git_trees import Trees, two_entries
from .path_names import name_of, path_name
from .selection import SUBMODULE_FOLDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from typing import TypeAlias

    Redeclared: TypeAlias = Callable[[str, str], Collection[str]]
    """The folders where a commit may ask more than another about the same files, by the names of both commits."""

TOGETHER = 1000
"""Commits that one git process is handed."""


class CommittedEntry(Record):
    """A regular file, as a commit holds it, or a link, with the mode and the content of what it leads to there."""

    commit: str
    """The commit's full name."""
    path: str
    """Relative to the top of the repository, with ``/`` between its parts."""
    mode: int
    """File mode as git keeps it, such as ``0o100755``."""
    blob: str
    """Name of the object that holds its content."""
    why_not: str | None = None
    """Why a link is skipped: the code of the reason. The path of one to a folder ends in a slash."""
    known: tuple[str, ...] = ()
    """The commits that hold the same before, where it is asked about since what is declared differs."""


class History:
    """The commits of the repository around `folder`. A context manager. Raises `GitError` outside of a repository."""

    def __init__(self, folder: str, variables: git.Variables = git.NO_VARIABLES) -> None:
        """`variables` are added to the environment of git."""
        self.folder = folder
        self._variables = variables
        inside = self._git("rev-parse", "--is-inside-work-tree").strip() == b"true"
        self.top = git.top(folder) if inside else None
        """Path of the work tree; None in a bare repository."""
        self._alike: dict[str, str] = {}
        """Commits, each with one that declares the same."""
        self._since: dict[str, tuple[str, list[Change]]] = {}
        """Commits that declare something else than their first parent: one that declares as that, and what changed."""
        self._declaring: dict[str, dict[str, tuple[int, str]]] = {}
        self.contents = Contents(folder, variables)
        self._linking: dict[str, Sequence[str]] = {}
        self.trees = Trees(self.contents)
        self._relinked = Relinked(self._links, self.trees.end)
        self._reading: list[Contents] = []

    def __enter__(self) -> History:
        return self

    def __exit__(self, *_: object) -> None:
        self.contents.close()
        for contents in self._reading:
            contents.close()

    def in_order(self, blobs: Sequence[bytes]) -> InOrder:
        """The contents of `blobs`, for a reader that mostly goes through them in this order."""
        self._reading.append(Contents(self.folder, self._variables))
        return InOrder(self._reading[-1], blobs)

    def commit(self, name: str) -> str:
        """The full name of the commit that `name` means; of a tag, the commit that it names. Raises `GitError`."""
        found = self.peeled(name)
        if found is None:
            if name == "HEAD":
                raise GitError("this repository has no commit yet", "make one first")
            raise GitError(f"git knows no commit called {name}", "fetch it, or see `git log`")
        return found

    def peeled(self, name: str) -> str | None:
        """As `commit`, but None where `name` means something else, or nothing. Raises `GitError` where git fails."""
        if not name or {"\n", "\0"} & {*name}:
            return None
        found, _, _ = self.contents.look(name_of(name) + b"^{commit}", 0)
        return found.decode() or None

    def kind(self, name: str) -> str:
        """What the object of the full name `name` is: ``commit``, ``tag``, ``tree`` or ``blob``.

        Raises `GitError` where git lacks it, or what it is a tag of."""
        found, kind, _ = self.contents.look(name.encode(), 0)
        if found.decode() == name and kind == b"tag":
            end, _, _ = self.contents.look(name.encode() + b"^{}", 0)
        else:
            end = found
        if found.decode() != name or not end:
            raise GitError(f"git has no object {name}, or not what it is a tag of", "see `git fsck`")
        return kind.decode()

    def tips(self) -> tuple[str, ...]:
        """The commits that the branches and tags name, the newest first. Raises `GitError`."""
        form = "--format=%(objecttype) %(objectname)"
        listed = self._git("for-each-ref", "--sort=-creatordate", form, "refs/heads", "refs/tags").decode()
        named = map(str.split, listed.splitlines())
        commits = (name if kind == "commit" else self.peeled(name) for kind, name in named)
        return tuple(dict.fromkeys(commit for commit in commits if commit))

    def range(self, text: str) -> tuple[str, ...]:
        """The commits that `text` means, oldest first: ``A..B``, ``A...B``, or one. Raises `GitError`, `UsageError`."""
        if not text:  # an empty variable of a CI
            raise UsageError("--commits: no range of commits", "write A..B, A...B, or one commit")
        dots = "..." if "..." in text else ".." if ".." in text else ""
        if not dots:
            return (self.commit(text),)
        first, _, last = text.partition(dots)
        if ".." in last or not first:  # what a CI leaves out where its variable is empty
            raise UsageError(f"--commits {text}: no range of commits", "write A..B, A...B, or one commit")
        found = self.reached(f"{self.commit(first)}{dots}{self.commit(last or 'HEAD')}")
        boundary = shallow_commits(self.folder, self._variables)
        cut = next((commit for commit in found if commit in boundary), None)
        if cut is not None:
            lacking = f"--commits {text}: this clone is shallow, and lacks what came before {cut[:12]}"
            raise GitError(lacking, WHOLE)
        return found

    def reached(self, *asked: str) -> tuple[str, ...]:
        """What ``git rev-list`` lists for `asked`, which is made of full names, oldest first. Raises `GitError`."""
        return tuple(self._git("rev-list", "--topo-order", "--reverse", *asked, "--").decode().split())

    def changed(self, commits: Sequence[str], redeclared: Redeclared) -> Iterator[CommittedEntry]:
        """The files and links that each of `commits` (full names) adds or changes; of a merge, those that are as in
        none of its parents. Besides those that it leaves alone: links that it makes lead to something else, and files
        in folders where it may ask more than each parent that has them: see `redeclared`. Raises `GitError`."""
        for start in range(0, len(commits), TOGETHER):
            some = commits[start : start + TOGETHER]
            parents = self._parents(some)
            changes = self._changes(some, parents)
            for commit in some:
                merge = len(parents[commit]) > 1
                alone = [change for change in changes[commit] if not change.combined]
                if parents[commit]:
                    self._compare(commit, self.declares_as(parents[commit][0]), alone)
                own = {change.path: change for change in changes[commit] if change.combined == merge}
                for change in own.values():
                    yield from self._entries(commit, change.path, change.mode, change.blob)
                for path in self._relinked.of(commit, parents[commit], alone):
                    if path not in own:
                        yield from self._entries(commit, path, SYMBOLIC, "")
                yield from self._left_alone(commit, parents[commit], alone, redeclared)

    def _left_alone(
        self, commit: str, parents: Sequence[str], changes: Sequence[Change], redeclared: Redeclared
    ) -> Iterator[CommittedEntry]:
        """The files that `commit` holds as some of its `parents`, where it may ask more than each of those.

        `changes` are those against the first parent."""
        folders = {parent: redeclared(commit, parent) for parent in parents}
        below = sorted({folder for asked in folders.values() for folder in asked})
        if not below:
            return
        differing = {parent: self._differing(commit, parent) for parent in parents[1:]}
        differing[parents[0]] = {change.path for change in changes}
        for path, mode, blob in self._listed(commit, () if "" in below else below):
            known = [parent for parent in parents if path not in differing[parent]]
            if not known or not all(lies_below(path, folders[parent]) for parent in known):
                continue
            for entry in self._entries(commit, path, mode, blob):
                if mode == SYMBOLIC:  # what it leads to may differ
                    known = [parent for parent in known if self.trees.end(parent, path).blob == entry.blob]
                if entry.why_not is None:
                    yield CommittedEntry(**{**vars(entry), "known": tuple(known)})

    def _differing(self, commit: str, parent: str) -> set[str]:
        """The paths at which `commit` differs from `parent`."""
        listed = self._git("diff-tree", "-r", "--name-only", "-z", "--no-renames", "--no-relative", parent, commit)
        return {path_name(path) for path in listed.split(b"\0") if path}

    def declares_as(self, commit: str) -> str:
        """A commit that holds the same declarations of settings and Pythons as `commit`, as far as `changed` has found.

        That is the same one for many commits, so that what they declare is read once."""
        return self._alike.get(commit, commit)

    def declaring(self, commit: str) -> dict[str, tuple[int, str]]:
        """The files and links in `commit` that may say something of settings and Pythons, by path, with their modes and
        the names of their contents. Raises `GitError`."""
        later = []
        while commit not in self._declaring and commit in self._since:
            later.append(commit)
            commit = self._since[commit][0]
        if commit not in self._declaring:
            self._survey(commit)
        for one in reversed(later):
            held = {**self._declaring[commit]}
            for change in self._since[one][1]:
                held.pop(change.path, None)
                if _declares(change.path, change.mode):
                    held[change.path] = change.mode, change.blob
            self._declaring[one] = held
            commit = one
        return self._declaring[commit]

    def _links(self, commit: str) -> Sequence[str]:
        """The links in `commit` that may lead to Python."""
        if commit not in self._linking:
            self._survey(commit)
        return self._linking[commit]

    def _survey(self, commit: str) -> None:
        """Look once through all that `commit` holds."""
        held = list(self._listed(commit))
        self._declaring[commit] = {path: (mode, blob) for path, mode, blob in held if _declares(path, mode)}
        self._linking[commit] = [path for path, mode, _ in held if mode == SYMBOLIC and worth_following(path)]

    def _compare(self, commit: str, parent: str, changes: Sequence[Change]) -> None:
        """Note which declarations `commit` changes of those that its first parent has, as `parent` has them."""
        declaring = [change for change in changes if speaks_for(change.path)]
        if declaring:
            self._since[commit] = parent, declaring
        else:
            self._alike[commit] = parent

    def _parents(self, commits: Sequence[str]) -> dict[str, list[str]]:
        names = "".join(f"{commit}\n" for commit in commits).encode()
        listed = self._git("rev-list", "--no-walk=unsorted", "--parents", "--stdin", given=names).decode()
        return {commit: parents for commit, *parents in map(str.split, listed.splitlines())}

    def _changes(self, commits: Sequence[str], parents: Mapping[str, Sequence[str]]) -> dict[str, list[Change]]:
        """What each of `commits` changes against its parent; of a merge also what it changes against all of them."""
        lines = []
        for commit in commits:
            lines.append(f"{commit}\n")
            if len(parents[commit]) > 1:
                lines.append(f"{commit} {parents[commit][0]}\n")
        found = listed(self._git(*DIFFERENCE, given="".join(lines).encode()), commits)
        for commit, changes in found.items():
            self.trees.refuse_doubled(commit, {change.blob for change in changes if change.mode == FOLDER})
        return {commit: [one for one in changes if not one.of_folder] for commit, changes in found.items()}

    def held(self, commit: str, below: Sequence[str] = ()) -> Iterator[CommittedEntry]:
        """The files and links that `commit` (a full name) holds: all, or those at and `below` some paths from the top.

        Raises `GitError`, also where a folder holds two entries of one name."""
        seen: set[str] = set()
        for path, mode, blob in self._listed(commit, below):
            if path in seen:
                raise two_entries(commit[:12], path)
            seen.add(path)
            yield from self._entries(commit, path, mode, blob)

    def _listed(self, commit: str, below: Sequence[str] = ()) -> Iterator[tuple[str, int, str]]:
        """Path, mode and the name of the content of what `commit` holds at and `below` some paths, folders as well."""
        literal = [f":(literal){path}" for path in below]
        for field in self._git("ls-tree", "-r", "-t", "-z", "--full-tree", commit, "--", *literal).split(b"\0"):
            if field:
                said, _, path = field.partition(b"\t")
                mode, _, blob = said.split(b" ")
                yield path_name(path), int(mode, 8), blob.decode()

    def content(self, commit: str, path: str, most: int) -> bytes | None:
        """The first `most` bytes of the file at `path` in `commit`; None where there is none.

        Raises `GitError` where the commit has the file, and this clone lacks its content.
        """
        speaks = speaks_for(path)
        mode, blob = self.declaring(self.declares_as(commit)).get(path, (0, "")) if speaks else (SYMBOLIC, "")
        if mode == SYMBOLIC:
            end = self.trees.end(commit, path)
            blob = "" if end.why_not else end.blob
        if not blob:
            return None
        try:
            data = self.contents.file(blob.encode(), most)
        except GitError:  # before 2.44, git ends where it must not fetch
            data = None
        if data is None:
            lacking = f"this clone lacks the content of {path} in {commit[:12]}"
            raise GitError(lacking, "ask in a whole clone: nothing is fetched here")
        return data

    def declares_by_link(self, commit: str, path: str) -> bool:
        """Whether `path`, which declares by its name, is a link in `commit`. Raises `GitError`."""
        return self.declaring(self.declares_as(commit)).get(path, (0, ""))[0] == SYMBOLIC

    def _entries(self, commit: str, path: str, mode: int, blob: str) -> Iterator[CommittedEntry]:
        if mode in (REGULAR, EXECUTABLE):
            yield CommittedEntry(commit, path, mode, blob)
        elif mode == SUBMODULE:
            yield CommittedEntry(commit, f"{path}/", mode, blob, SUBMODULE_FOLDER)
        elif mode == SYMBOLIC and worth_following(path):
            end = self.trees.end(commit, path)
            shown = path if end.why_not is None else skipped_as(path, end)
            if shown:
                yield CommittedEntry(commit, shown, end.mode, end.blob, end.why_not)

    def _git(self, *arguments: str, given: bytes = b"") -> bytes:
        return git.run(self.folder, *arguments, given=given, variables=self._variables)


def _declares(path: str, mode: int) -> bool:
    """Whether a path is a file, or a link, of a name that declares."""
    return bool(speaks_for(path)) and mode in FILES
