"""What a baseline makes of findings: let pass what it names, and name what it no longer needs."""

from __future__ import annotations

import os

from ..config.baseline import CLASSES
from ..model import Diagnostic, Entry, Result, Stale

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..config.baseline import Baseline
    from ..judging.judgement import Judgement
    from ..targets.rules import Allowance


class Uses:
    """Which entries were asked about in a run, and for which targets each may be needed."""

    def __init__(self) -> None:
        self._needed: dict[tuple[int, Entry], set[str]] = {}
        self._asked: dict[tuple[int, Entry], set[str]] = {}
        self._baselines: dict[int, Baseline] = {}

    def let_pass(
        self, judgement: Judgement, allowances: Sequence[Allowance], found: Iterable[Diagnostic]
    ) -> tuple[Diagnostic, ...]:
        """`found` without what `allowances`, the entries of the source that was judged, let pass."""
        asked = {target.label for target in judgement.targets}
        verdicts = zip(judgement.targets, judgement.verdicts, strict=True)
        # What is refused in another way, or undecided, may hide what the entry is for.
        refused = {target.label for target, verdict in verdicts if verdict.outcome != "valid"}
        for one in allowances:
            self._baselines[id(one.baseline)] = one.baseline
            key = (id(one.baseline), one.entry)
            self._asked.setdefault(key, set()).update(asked)
            self._needed.setdefault(key, set()).update(refused)
        return tuple(left for each in found if (left := self._left_of(each, allowances)) is not None)

    def _left_of(self, found: Diagnostic, allowances: Sequence[Allowance]) -> Diagnostic | None:
        kind = CLASSES.get(found.code)
        targets = found.targets
        for one in allowances:
            if one.entry.kind == kind:
                passed = {target.label for target in targets if one.entry.names(target.label)}
                targets = tuple(target for target in targets if target.label not in passed)
        if not targets:
            return None
        return found if targets == found.targets else Diagnostic(**{**vars(found), "targets": targets})

    def stale(self) -> list[Stale]:
        """The entries, or some of their targets, that were asked about and not needed."""
        found = []
        for key, asked in self._asked.items():
            baseline, entry, needed = self._baselines[key[0]], key[1], self._needed[key]
            if entry.targets is None:
                if not needed:
                    found.append(Stale(baseline.folder, entry))
            elif left_over := tuple(one for one in entry.targets if one in asked and one not in needed):
                found.append(Stale(baseline.folder, Entry(**{**vars(entry), "targets": left_over})))
        return found


def entries_of(judgement: Judgement, found: Iterable[Diagnostic]) -> tuple[Entry, ...]:
    """What a baseline would hold of the findings `found` of one source, with the path as it was found."""
    asked = {target.label for target in judgement.targets}
    refusing: dict[str, set[str]] = {}
    for one in found:
        if one.severity == "error" and one.code in CLASSES:
            refusing.setdefault(CLASSES[one.code], set()).update(target.label for target in one.targets)
    source = judgement.source
    ordered = [target.label for target in sorted(judgement.targets, key=lambda target: target.version)]
    return tuple(
        Entry(source.path, kind, None if labels == asked else tuple(one for one in ordered if one in labels),
              source.member, source.cell)
        for kind, labels in refusing.items()
    )  # fmt: skip


def is_let_pass(found: Iterable[Diagnostic]) -> bool:
    """Whether a baseline let pass all that it may of a broken source; `found` is what is left of it."""
    return not any(one.severity == "error" and one.code in CLASSES for one in found)


def gone(baselines: Iterable[tuple[str, Baseline]], folders: Sequence[str]) -> tuple[Stale, ...]:
    """The entries whose files are gone, of `baselines` (each with the top of its tree) and below `folders`."""
    inside = tuple(os.path.join(folder, "") for folder in folders)
    found = []
    for top, baseline in baselines:
        for entry in baseline.entries:
            path = os.path.normpath(os.path.join(top, baseline.folder, entry.path))
            if path.startswith(inside) and not os.path.lexists(path):
                found.append(Stale(baseline.folder, entry, gone=True))
    return tuple(found)


def red_for_stale(result: Result) -> Result:
    """`result` with a finding for each entry that is stale."""
    if not result.stale:
        return result
    found = [
        Diagnostic(one.entry.path if not one.folder else f"{one.folder}/{one.entry.path}", None, None, None, None,
                   "error", "stale-baseline", one.message, "remove it: syntax-guard baseline --prune", result.targets,
                   member=one.entry.member, cell=one.entry.cell)
        for one in result.stale
    ]  # fmt: skip
    return Result(**{**vars(result), "diagnostics": (*result.diagnostics, *found)})
