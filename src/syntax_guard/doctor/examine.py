"""Which gates a repository has, and what is missing: ``syntax-guard doctor``. Files are read, nothing is run."""

from __future__ import annotations

from collections.abc import Iterable

from syntax_guard.config.near import did_you_mean
from syntax_guard.errors import UsageError

from .finding import Edit, Finding, Unreadable, unsure
from .gates.table import GATES
from .repository import Repository


def examine(root: str) -> tuple[Finding, ...]:
    """Every finding about the folder `root`, in the order of the gates, then of paths and lines.

    Where `root` lies in a repository, all of that is looked at. Paths count from its top.

    Raises:
        SourcesError: `root` is no folder.
        GitError: Git cannot be asked about the repository.
    """
    repository = Repository(root)
    found: list[Finding] = []
    for name, gate in GATES.items():
        try:
            answers = gate.examine(repository)
        except Unreadable as error:
            answers = [unsure(name, f"cannot be read: {error.message}", error.place)]
        placed = [_placed(repository, one) for one in answers]
        found += sorted(placed, key=lambda one: (one.place.path, one.place.line or 0) if one.place else ("", 0))
    return tuple(found)


def named(names: Iterable[str]) -> tuple[str, ...]:
    """The gates called `names`, in the order of reports.

    Raises:
        UsageError: A name is no gate.
    """
    wanted = set(names)
    for name in sorted(wanted - set(GATES)):
        raise UsageError(f"there is no gate {name!r}", did_you_mean(name, tuple(GATES)))
    return tuple(gate for gate in GATES if gate in wanted)


def required_missing(findings: Iterable[Finding], required: Iterable[str]) -> tuple[str, ...]:
    """The gates of `required` that are not there by `findings`: no answer is ok, or one is missing or cannot be told.

    A gate that does not apply is not there either: a user who requires a start gate is told that nothing is gated.
    """
    states: dict[str, set[str]] = {}
    for finding in findings:
        states.setdefault(finding.gate, set()).add(finding.state)
    return tuple(gate for gate in named(required) if states.get(gate, set()) - {"not-applicable"} != {"ok"})


def replaced(findings: Iterable[Finding], trials: Iterable[Finding]) -> tuple[Finding, ...]:
    """The `findings`, in which those of `trials` take the place of what is only written, gate by gate."""
    seen = list(trials)
    kept = [finding for finding in findings if finding.gate not in {one.gate for one in seen}]
    return tuple(sorted(kept + seen, key=lambda one: list(GATES).index(one.gate)))


def _placed(repository: Repository, finding: Finding) -> Finding:
    """``finding`` with the places of its edits in words."""

    def placed(edit: Edit) -> Edit:
        here, above = (repository.line(edit.path, number).strip()[:80] for number in (edit.line, edit.line - 1))
        where = f"{'in place of' if edit.replaced else 'before'} line {edit.line} ({here})"
        where = where if here else f"after line {edit.line - 1} ({above})" if above else "as a new file"
        return edit.evolve(where=where)

    advice = finding.advice
    return finding.evolve(advice=advice and advice.evolve(edits=tuple(map(placed, advice.edits))))
