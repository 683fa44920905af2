"""What is asked anew of a file whose content was there before: the targets that are new."""

from __future__ import annotations

from ..errors import SettingsError, TargetError
from ..model import UNKNOWN
from ..sources.file_types import NOTEBOOK
from ..sources.readers import File
from .rules import Asked, FileRules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .by_project import ByProject


def anew(now: FileRules, path: str, before: Iterable[tuple[ByProject, str]]) -> FileRules:
    """The rules `now` for the file at `path`, with those targets alone that are new.

    `before` are rules by which the same content was asked about, each with the path that it had there.
    """
    asked = now.asked
    for rules, place in before:
        then = _asked_by(rules, place, now, path)
        asked = asked if then is None else without(asked, then)
    if asked is now.asked or (is_asked(asked) and _one_is_enough(now, path)):
        return now
    return FileRules(**{**vars(now), "asked": asked})


def _one_is_enough(now: FileRules, path: str) -> bool:
    """Whether one target that refuses the file at `path` is enough to have it broken on purpose: then all are asked."""
    if path.lower().endswith(NOTEBOOK):  # its cells may be listed one by one
        return bool(now.expected_broken)
    entry = now.expected(path)
    return entry is not None and not entry.targets


def without(now: Asked, before: Asked) -> Asked:
    """What is asked `now` and was not `before`."""
    if now.unanswered is not None:
        same = {target.version for target in now.wanted} == {target.version for target in before.wanted}
        return Asked(()) if same else now
    known = {target.version for target in before.targets}
    return now.evolve(targets=tuple(target for target in now.targets if target.version not in known), only_new=True)


def is_asked(asked: Asked) -> bool:
    """Whether anything is."""
    return bool(asked.targets or asked.unanswered)


def _asked_by(rules: ByProject, place: str, now: FileRules, path: str) -> Asked | None:
    """What `rules` ask of the file at `place`; None where they ask nothing, or let pass what `now` does not."""
    try:
        then = None if rules.excludes(place) else rules.of(File(place, UNKNOWN))
    except (SettingsError, TargetError):  # then nothing was asked
        return None
    if then is None or then.is_percent_script(place) != now.is_percent_script(path):
        return None
    if now.warnings == "error" and then.warnings != "error":
        return None
    if then.asked.explicit != now.asked.explicit:  # whether the first line of a script counts depends on that
        return None
    fewer = is_asked(without(then.asked, now.asked))  # what is listed as broken may be valid for those that are left
    if path.lower().endswith(NOTEBOOK):  # its cells may be listed one by one
        same = then.expected_broken == now.expected_broken and then.baselines == now.baselines
        same = same and not (fewer and now.expected_broken)
        return then.asked if same and then.notebooks else None
    was, entry = then.expected(place), now.expected(path)
    if (was and was.targets) != (entry and entry.targets) or (entry is not None and fewer):
        return None
    passing = [one.entry for one in now.allowances(path, None, None)]
    return then.asked if all(one.entry in passing for one in then.allowances(place, None, None)) else None
