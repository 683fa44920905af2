"""What git would make of a merge: the tree, without a work tree and without a trace in the repository.

git merges in a scratch repository that borrows the objects. So it writes nothing into the repository, and runs no merge
driver that its configuration names.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from ..errors import GitError
from . import git
from .git_history import History
from .git_shallow import WHOLE, shallow_commits
from .git_version import refuse_older
from .path_names import path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST = (2, 38)
"""The first git whose ``merge-tree`` writes the tree."""
SHOWN = 10
"""Conflicted paths that an error names."""
_BORROWED = "GIT_ALTERNATE_OBJECT_DIRECTORIES"
"""The variable that names folders of objects besides the repository's own."""
_NEUTRAL: git.Variables = {
    **dict.fromkeys((
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
        "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE",
        "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE",
    )),
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1",
}  # fmt: skip
"""The environment without what it says of another repository (``git rev-parse --local-env-vars``) or of its user."""


@contextmanager
def merged(history: History, base: str, topic: str) -> Iterator[tuple[History, str]]:
    """The tree that a merge of the commit `topic` into the commit `base` makes, and a history that holds it.

    The repository is that of `history`, in which nothing is written.

    Raises:
        GitError: Git is too old, or fails; or there are conflicts, which the message names.
    """
    refuse_older(history.folder, OLDEST, "--merge")
    ours, theirs = history.commit(base), history.commit(topic)
    for _ in history.held(theirs):  # git merges one of two entries of one name, and a fast-forward takes both
        pass
    with TemporaryDirectory(prefix="syntax-guard-") as scratch:
        variables: git.Variables = {**_NEUTRAL, "GIT_DIR": scratch}
        kind = "sha256" if len(ours) == 64 else "sha1"
        git.run(scratch, "init", "-q", "--bare", "--template=", f"--object-format={kind}", variables=variables)
        shallow = shallow_commits(history.folder)
        if shallow:
            with open(os.path.join(scratch, "shallow"), "w", encoding="ascii") as file:
                file.writelines(f"{commit}\n" for commit in sorted(shallow))
        borrowed = os.pathsep.join(filter(None, (_quoted(_inside(history, "objects")), git.variable(_BORROWED))))
        both: git.Variables = {**variables, _BORROWED: borrowed}
        _refuse_lacking(scratch, ours, theirs, shallow, both)
        tree = _merged(scratch, ours, theirs, both)
        written = os.pathsep.join(filter(None, (_quoted(os.path.join(scratch, "objects")), git.variable(_BORROWED))))
        with History(history.folder, {_BORROWED: written}) as merging:
            yield merging, tree


def _merged(scratch: str, ours: str, theirs: str, variables: git.Variables) -> str:
    asked = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs)
    output, status = git.answer(scratch, *asked, variables=variables)
    tree, *paths = output.rstrip(b"\0").split(b"\0")
    if status == 0:
        return tree.decode().strip()
    if status != 1:
        git.run(scratch, *asked, variables=variables)  # which says what went wrong
    named = ", ".join(map(path_name, paths[:SHOWN]))
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    raise GitError(f"they do not merge without conflicts: {named}{more}", "merge the base into your branch first")


def _refuse_lacking(scratch: str, ours: str, theirs: str, shallow: frozenset[str], variables: git.Variables) -> None:
    """Raise `GitError` where a commit or a folder is not here that the merge needs: git takes it for an empty one.

    Where there are several bases, git merges those first, with the bases that they have. In a shallow clone, git takes
    the nearest base that is here for the base: it is, unless the history of a side is cut off before it gets there.
    """

    def listed(*asked: str) -> list[str]:
        return git.run(scratch, *asked, variables=variables).decode().split()

    try:
        beside = listed("rev-list", f"{ours}...{theirs}")
        needed, pairs = {ours, theirs}, [(ours, theirs)]
        while pairs:
            bases, status = git.answer(scratch, "merge-base", "--all", *pairs.pop(), variables=variables)
            new = [base for base in bases.decode().split() if base not in needed] if status == 0 else []
            needed.update(new)
            pairs += [(one, other) for one in new for other in needed if one != other and len(new) > 1]
        if len(needed) > 3:  # of several bases, one may stand behind another where the clone does not see it
            beside += listed("rev-list", ours, theirs)
        listed("rev-list", "--objects", "--no-walk", "--filter=blob:none", *sorted(needed))
    except GitError as error:
        raise GitError(error.message, "ask in a whole clone: nothing is fetched here") from None
    cut = shallow.intersection(beside)
    if cut:
        raise GitError(f"--merge: this clone is shallow, and lacks what came before {min(cut)[:12]}", WHOLE)


def _inside(history: History, name: str) -> str:
    """Absolute path of what the repository keeps under `name`."""
    path = path_name(git.run(history.folder, "rev-parse", "--git-path", name)).removesuffix("\n")
    return os.path.abspath(os.path.join(history.folder, path))


def _quoted(path: str) -> str:
    """`path` for a list of folders, in which a separator may be part of a name."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
