"""The files of a repository as doctor sees them: found once, read as text within a budget, never written."""

import os
from fnmatch import fnmatch
from functools import cached_property

from syntax_guard.config.documents import Budget, Mapping, Value, read_yaml
from syntax_guard.config.repository import top_of
from syntax_guard.errors import SourcesError
from syntax_guard.sources import git
from syntax_guard.sources.selection import SKIPPED_FOLDERS

from .finding import Edit, Place, Unreadable

_MOST_FILES, _LARGEST = 100_000, 200_000  # characters: what people write by hand is far smaller
_SKIPPED = SKIPPED_FOLDERS | {"venv", "site-packages", ".terraform", ".devcontainer"}


class Repository:
    """The repository that holds the folder ``root``, or that folder. Raises `SourcesError`, `GitError`."""

    def __init__(self, root: str) -> None:
        if not os.path.isdir(root):
            raise SourcesError(f"no such folder: {root}", "paths are taken from the current folder")
        real = os.path.realpath(root)
        self.in_git = top_of(real) is not None  # one that git refuses is an error for git to tell
        self.top = os.path.realpath(git.top(root)) if self.in_git else real
        self._budget, self._texts, self._documents = Budget(), dict[str, str](), dict[str, list[Value]]()

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The files of the repository, sorted; folders of tools, environments and templates left out."""
        found: list[str] = []
        for folder, folders, names in os.walk(self.top):
            folders[:] = [name for name in folders if name not in _SKIPPED and "{{" not in name and "{%" not in name]
            if "pyvenv.cfg" in names:
                folders.clear()
                continue
            inside = os.path.relpath(folder, self.top).replace(os.sep, "/")
            found += names if inside == "." else [f"{inside}/{name}" for name in names]
            if len(found) > _MOST_FILES:
                break
        return tuple(sorted(found))

    def ignored(self, path: str) -> str | None:
        """Why a file is in no clone: git does not track it; None where it does, or where there is no git."""
        is_there = not self.in_git or git.run(self.top, "ls-files", "--", f":(literal){path}")
        return None if is_there else f"{path} is ignored until git tracks it (git add {path})"

    def named(self, *patterns: str) -> list[str]:
        """The files whose last part matches one of the shell patterns."""
        return [path for path in self.files if any(fnmatch(path.rsplit("/", 1)[-1], one) for one in patterns)]

    def text(self, path: str) -> str | None:
        """The text of a regular file inside the repository; None where there is none. Raises Unreadable."""
        if path in self._texts:
            return self._texts[path]
        full = os.path.join(self.top, path.replace("\0", ""))
        if not os.path.realpath(full).startswith(os.path.join(self.top, "")) or not os.path.isfile(full):
            return None
        try:
            with open(full, encoding="utf-8-sig", errors="replace") as file:
                text = file.read(_LARGEST + 1)
        except OSError:
            raise Unreadable(Place(path), "this user cannot open it") from None
        if len(text) > _LARGEST:
            raise Unreadable(Place(path), f"larger than {_LARGEST:,} characters")
        self._texts[path] = text
        return text

    def lines(self, path: str) -> list[str]:
        """The lines of a file; none where there is no such file. Raises Unreadable."""
        return (self.text(path) or "").split("\n")

    def edit(self, path: str, line: int, replaced: int, text: str) -> Edit:
        """An edit of a file, with its place in words."""
        above, here = (one.strip()[:80] for one in ["", *self.lines(path), "", ""][line - 1 : line + 1])
        where = f"{'in place of' if replaced else 'before'} line {line} ({here})"
        where = where if here else f"after line {line - 1} ({above})" if above else "as a new file"
        return Edit(path, line, replaced, text, where)

    def yaml(self, path: str) -> list[Value]:
        """The documents of a YAML file; none where there is no such file. Raises Unreadable."""
        if path not in self._documents:
            self._documents[path] = read_yaml(self.text(path) or "", path, self._budget)
        return self._documents[path]

    def mapping(self, path: str) -> Mapping:
        """The first document of a YAML file that is a mapping; an empty one where there is none. Raises Unreadable."""
        return next((one for one in self.yaml(path) if isinstance(one, Mapping)), Mapping(Place(path)))
