"""What `check` answers from git's objects: about commits, a merge, and what pre-commit pushes."""

from __future__ import annotations

import os

from ..config.repository import top_of
from ..errors import UsageError
from ..gates import commits as gate
from ..sources.git_history import History
from ..sources.path_names import path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..config.settings import Settings
    from ..model import Result


def check_commits(asked: str, names: bytes | None, settings: Settings) -> Result:
    """The result for the commits that ``--commits`` asked for: a range, or the `names`, one a line."""
    with History(".") as history:
        if names is None:
            commits = history.range(asked)
        else:
            listed = map(str.strip, path_name(names).split("\n"))
            commits = tuple(dict.fromkeys(history.commit(name) for name in listed if name))
        return gate.check_commits(history, commits, settings)


def check_merge(asked: str, settings: Settings) -> Result:
    """The result for the merge that ``--merge`` asked for: ``BASE``, or ``BASE...TOPIC``. Raises `UsageError`."""
    base, dots, topic = asked.partition("...")
    if not base or bool(dots) != bool(topic) or ".." in base or ".." in topic or topic.startswith("."):
        raise UsageError(f"--merge {asked}: it names no two commits to merge", "write BASE, or BASE...TOPIC")
    with History(".") as history:
        return gate.check_merge(history, base, topic or "HEAD", settings)


def check_pushed(
    environ: Mapping[str, str], paths: Sequence[str], settings: Settings, on_disk: Callable[[list[str]], Result]
) -> Result | None:
    """The result for the commit that pre-commit pushes, whatever is checked out: all of it, or what lies at `paths`.

    None where something else is asked about. Of several refs, pre-commit shows only the first. Of a branch whose root
    commit is pushed, it shows only the name. Paths that the commit does not hold are asked about ``on_disk(paths)``.
    """
    tip = environ.get("PRE_COMMIT_TO_REF") or environ.get("PRE_COMMIT_LOCAL_BRANCH")
    below, here = _in_the_tree(paths), os.path.realpath(os.curdir)
    if not tip or below is None or top_of(here) != here:  # it stands at the top
        return None
    with History(".") as history:
        commit = history.commit(tip)
        others = [path for path in below if next(iter(history.held(commit, [path])), None) is None]
        held = [path for path in below if path not in others]
        result = None if below and not held else gate.check_commit_tree(history, commit, settings, held)
    if not others:
        return result
    from ..gates.joined import joined

    named = on_disk(others)
    notes = (f"{path} is not in the pushed commit, so it is judged as it stands here" for path in others)
    named = named.evolve(notices=(*named.notices, *notes))
    both = [result, named] if result else [named]
    return joined(both, sum(one.summary.seconds for one in both))


def _in_the_tree(paths: Sequence[str]) -> list[str] | None:
    """`paths` as git names them from the current folder, none for all of it; None where one lies elsewhere."""
    names = [os.path.normpath(path).replace(os.sep, "/") for path in paths]
    if any(os.path.isabs(name) or name.split("/")[0] == ".." for name in names):
        return None
    return [] if "." in names else names
