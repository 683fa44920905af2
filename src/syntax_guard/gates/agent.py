"""The gate of coding agents: what they have just written compiles, or they are told what does not."""

from __future__ import annotations

import os
import stat

from ..check import check_paths
from ..errors import GitError, relative
from ..model import Record
from ..sources.file_types import NOTEBOOK, SUFFIXES, is_python_name, is_script
from ..sources.git_modes import GitModes
from ..sources.named import leads_nowhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..config.settings import Settings
    from ..model import Diagnostic
    from .agent_events import Event


class Findings(Record):
    """What is broken in the files of an event."""

    new: tuple[Diagnostic, ...]
    """What was not broken in the same way in the last commit."""
    old: tuple[Diagnostic, ...]


def files_of(event: Event, top: str | None, project: str) -> list[str]:
    """Choose the Python files to judge for an event.

    At a stop they are those that git calls changed, since a shell's edits name no path. Files that are missing, outside
    of the project or not Python are left out.

    Args:
        event: What the agent reports.
        top: The top of its repository; None outside of one.
        project: The folder of the project, which is the current one.

    Returns:
        Paths, relative to `project`.

    Raises:
        GitError: Git fails.
    """
    if event.kind == "stop":
        from ..sources.changed import changed  # asks git, which no edit does

        named = changed(top) if top is not None else []
    else:
        named = [path for path in (_inside(path, event.folder, project) for path in event.paths) if path is not None]
    return [path for path in named if _is_python(path)]


def _inside(path: str, folder: str | None, project: str) -> str | None:
    """`path`, which an agent in `folder` names, relative to `project`; None where it leads outside."""
    whole = os.path.join(os.path.realpath(folder or project), path)
    place = os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
    inside = relative(place, project)
    outside = os.path.isabs(inside) or inside == os.pardir or inside.startswith("../")
    return None if outside else inside


def _is_python(path: str) -> bool:
    python = is_python_name(os.path.basename(path), (*SUFFIXES, NOTEBOOK))
    try:
        status = os.stat(path)
    except OSError as error:
        return bool(python) and not leads_nowhere(error)  # a file that is gone again does not count
    except ValueError:
        return False
    if stat.S_ISDIR(status.st_mode):
        return False
    return bool(python) or (python is None and is_script(path, status, GitModes().executable))


def judge(files: Sequence[str], settings: Settings, top: str | None) -> Findings:
    """Judge files, and tell what is new from what the last commit holds already.

    Args:
        files: Paths, relative to the current folder.
        settings: The targets and limits.
        top: The top of the repository; None outside of one: then all is new.

    Returns:
        The errors. Warnings are left out.

    Raises:
        SettingsError: A table of ours cannot be used.
        TargetError: A target that flags, variables or such a table name has no interpreter.
    """
    if not files:
        return Findings((), ())
    found = [one for one in check_paths(files, settings).diagnostics if one.severity == "error"]
    before = _in_last_commit(found, settings, top) if found and top is not None else []
    known = {_way(one): {target.label for target in one.targets} for one in before}
    old = tuple(one for one in found if {target.label for target in one.targets} <= known.get(_way(one), set()))
    return Findings(tuple(one for one in found if one not in old), old)


def _in_last_commit(found: Sequence[Diagnostic], settings: Settings, top: str) -> list[Diagnostic]:
    """The findings in the last commit, of the files that `found` is about."""
    from ..sources.git_history import History
    from .commits import check_commit_tree

    paths = sorted({one.path.replace(os.sep, "/") for one in found})
    try:
        with History(top) as history:
            head = history.peeled("HEAD")
            return list(check_commit_tree(history, head, settings, paths).diagnostics) if head else []
    except GitError:  # then all is new
        return []


def _way(one: Diagnostic) -> tuple[object, ...]:
    """In which way a source is broken, wherever the line has moved to."""
    return one.path.replace(os.sep, "/"), one.cell, one.code, one.message, one.source_line
