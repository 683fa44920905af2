"""Which gates a repository has, and what is missing: ``syntax-guard doctor``. Files are read, nothing is run."""

import re
from collections.abc import Iterable, Sequence

from syntax_guard.config.near import did_you_mean
from syntax_guard.errors import UsageError

from .finding import Finding, Unreadable, unsure
from .gates.table import GATES
from .repository import Repository


def examine(root: str) -> tuple[Finding, ...]:
    """Every finding about the repository that holds the folder `root`, gate by gate; paths count from its top.

    Raises:
        SourcesError: `root` is no folder.
        GitError: Git cannot be asked about the repository.
    """
    repository, found, own = Repository(root), list[Finding](), ", or python -m runs the syntax_guard of this tree"
    for name, gate in GATES.items():
        try:
            answers = gate.examine(repository)
        except Unreadable as error:
            answers = [unsure(name, f"cannot be read: {error.message}", error.place)]
        if any(re.match(r"syntax_guard(?:\.py$|/)", path) for path in repository.files):
            answers = [unsure(name, one.message + own, one.place) if one.state == "ok" else one for one in answers]
        found += sorted(answers, key=lambda one: (one.place.path, one.place.line or 0) if one.place else ("", 0))
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


def required_missing(findings: Sequence[Finding], required: Iterable[str]) -> tuple[str, ...]:
    """The gates of `required` for which `findings` hold no ok, or another answer too; also one that does not apply."""
    states = {gate: {one.state for one in findings if one.gate == gate} for gate in named(required)}
    return tuple(gate for gate, said in states.items() if said - {"not-applicable"} != {"ok"})


def replaced(findings: Iterable[Finding], trials: Sequence[Finding]) -> tuple[Finding, ...]:
    """The `findings`, in which those of `trials` take the place of what is only written, gate by gate."""
    kept = [finding for finding in findings if finding.gate not in {one.gate for one in trials}]
    return tuple(sorted([*kept, *trials], key=lambda one: list(GATES).index(one.gate)))
