"""What every report says in words: which Python judged, where a finding is, and the result of a run."""

from __future__ import annotations

from ..findings.codes import CODES, SKIPPED
from .neutral import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..model import Diagnostic, Result, Skipped, Summary, Target

_EXPECTED = ("tool-folder", "notebook", "not-python")
"""What a reader expects to be skipped: `--verbose` lists it, the summary does not count it."""
STALE = 5
"""Entries of a baseline that are named, unless all are asked for."""
_SAYS_MORE = ("IndentationError", "TabError")
"""Exceptions whose name says more than the code and the message do."""
_UNASKED = ("no-interpreter", "unreadable")
"""Codes of sources that no Python was asked about."""
LONGEST = 500
"""Characters of a message that are shown: CPython repeats names in its messages, and a name can fill a file."""


def place(diagnostic: Diagnostic) -> str:
    """Return ``app/main.py:3:14``, or less where line or column is not known."""
    parts = [visible(diagnostic.name)]
    if diagnostic.line is not None:
        parts.append(str(diagnostic.line))
        if diagnostic.column is not None:
            parts.append(str(diagnostic.column))
    return ":".join(parts)


def message(diagnostic: Diagnostic) -> str:
    """Return the message of `diagnostic` with the interpreter that says so: ``'(' was never closed (CPython 3.11.7)``.

    For an installed file it names the distribution too, and for a file in a commit that commit. A file that a search
    found and that git does not track is called untracked.
    """
    said = diagnostic.message
    if len(said) > LONGEST:
        said = said[:LONGEST] + "..."
    if diagnostic.exception in _SAYS_MORE:
        said = f"{diagnostic.exception}: {said}"
    of = f"{visible(diagnostic.distribution)}; " if diagnostic.distribution else ""
    if diagnostic.commit:
        of += f"commit {diagnostic.commit[:12]}; "
    if diagnostic.untracked:
        of += "untracked; "
    who = of + (judges(diagnostic.targets) if diagnostic.code not in _UNASKED else "")
    return f"{visible(said)} ({who.removesuffix('; ')})" if who else visible(said)


def explained(diagnostic: Diagnostic) -> str:
    """Return message and hint of `diagnostic` in one line: ``Missing … (CPython 3.11.7); hint: Python 2 code``."""
    if diagnostic.hint is None:
        return message(diagnostic)
    return f"{message(diagnostic)}; hint: {visible(diagnostic.hint)}"


def further_lines(numbers: Sequence[int]) -> str:
    """Return which other lines are broken, by their `numbers`: ``lines 40 and 77 are broken as well``."""
    *others, last = map(str, numbers)
    return f"lines {', '.join(others)} and {last} are broken as well" if others else f"line {last} is broken as well"


def more_files(others: Sequence[Diagnostic]) -> str:
    """Return how many `others` have the same finding: ``the same for 5 more files``."""
    return f"the same for {len(others)} more file{'s' * (len(others) != 1)}"


def judges(targets: Sequence[Target]) -> str:
    """Return which Python says so: ``CPython 3.9.18; asked by requires-python >=3.9 in pyproject.toml:3``."""
    exact = dict.fromkeys(visible(target.interpreter.name) for target in targets if target.exact)
    said = [", ".join(exact)] if exact else []
    approximate = [target for target in targets if not target.exact]
    if approximate:
        noun = "target" if len(approximate) == 1 else "targets"
        notes = dict.fromkeys(visible(target.note) for target in approximate if target.note)
        because = f": {', '.join(notes)}" if notes else ""
        said.append(f"{noun} {', '.join(target.label for target in approximate)}, approximate{because}")
    asked = dict.fromkeys(visible(target.declared) for target in targets if target.declared)
    if asked:
        said.append(f"asked by {', '.join(asked)}")
    return "; ".join(said)


def summary_line(result: Result, shown: Sequence[Diagnostic] | None = None) -> str:
    """Return `result` in one line: ``1 of 412 files is broken (CPython 3.11.7, 0.21 s)``.

    Args:
        result: What the run found.
        shown: The findings as a reader can count them; None for all of them.
    """
    summary, shown = result.summary, result.diagnostics if shown is None else shown
    parts = []
    red = summary.broken or summary.undecided
    if _let_pass(summary) and not red:
        parts.append(_with_let_pass(summary))
    if summary.broken:
        parts.append(f"{summary.broken} of {_files(summary.checked)} {_is(summary.broken)} broken")
    if summary.undecided:
        of = "" if parts else f" of {_files(summary.checked)}"
        parts.append(f"{summary.undecided}{of} {_is(summary.undecided)} undecided")
    if red:
        parts += [f"{count} more broken as {said}" for count, said in _let_pass(summary)]
    if not parts and not summary.checked:
        parts.append("nothing was checked")
    if not parts:
        parts.append(f"{_files(summary.checked)} {_is(summary.checked)} valid")
    if summary.cells:
        parts.append(f"{summary.cells} cell{'s' * (summary.cells != 1)} in notebooks")
    unexpected = sum(diagnostic.code == "unexpectedly-valid" for diagnostic in result.diagnostics)
    if unexpected:
        parts.append(f"{unexpected} listed in expected-broken")
    if summary.warnings:
        parts.append(f"{summary.warnings} warning{'s' * (summary.warnings != 1)}")
    raised = sum(one.severity != CODES[one.code].severity for one in result.diagnostics)
    if raised:
        parts.append(f"{raised} warning{' counts as an error' if raised == 1 else 's count as errors'}")
    parts += _left_out(result)
    if shown[_FEW:]:
        parts.append(f"{len(shown)} findings, the first at {place(shown[0])}")
    answered = dict.fromkeys(
        visible(target.interpreter.name) if target.exact else f"{target.label} approximate" for target in result.targets
    )
    return f"{', '.join(parts)} ({', '.join([*answered, f'{summary.seconds:.2f} s'])})"


_FEW = 5
"""Findings that are seen at a glance: where there are more, the summary says where the first is."""


def _left_out(result: Result) -> Iterator[str]:
    """Say how many were skipped, and why."""
    reasons: dict[str, int] = {}
    for skipped in result.skipped:
        if skipped.reason not in _EXPECTED or _is_tracked(skipped):
            reasons[skipped.reason] = reasons.get(skipped.reason, 0) + 1
    if reasons:
        several = len(reasons) > 1
        said = ", ".join(f"{count} {reason}" if several else reason for reason, count in sorted(reasons.items()))
        yield f"{sum(reasons.values())} skipped ({said})"


def _is_tracked(skipped: Skipped) -> bool:
    """Whether git tracks a file in a folder of a tool: a search skips such a folder as a whole."""
    return skipped.reason == "tool-folder" and not skipped.path.endswith("/")


def account_line(result: Result) -> str:
    """Return what became of all files of `result`: ``4 files: 1 judged, 3 remembered from an earlier run``."""
    summary = result.summary
    parts = [f"{summary.checked - summary.cached} judged", f"{summary.cached} remembered from an earlier run"]
    parts += _left_out(result)
    parts += [f"{count} broken as {said}" for count, said in _let_pass(summary)]
    return f"{_files(summary.checked)}: {', '.join(parts)}"


def skipped_lines(result: Result) -> Iterator[str]:
    """Yield a line for each thing that `result` left out: ``skipped: gen/ (excluded: left out by `exclude`)``."""
    for skipped in result.skipped:
        yield f"skipped: {skipped.path} ({skipped.reason}: {SKIPPED[skipped.reason]})"


def start_line(result: Result, then: str) -> str:
    """Return what the start gate says of `result`, and what comes `then`: ``412 files valid on CPython 3.12.1; …``."""
    then = visible(then)
    if not result.ok:
        return f"{summary_line(result)}; {then}"
    summary = result.summary
    warnings = f", {summary.warnings} warning{'s' * (summary.warnings != 1)}" if summary.warnings else ""
    names = ", ".join(visible(target.interpreter.name) for target in result.targets)
    skipped = "".join(f", {said}" for said in _left_out(result))
    if not summary.checked:
        return f"nothing was checked{skipped}; {then}"
    valid = f"{_with_let_pass(summary)}," if _let_pass(summary) else f"{_files(summary.checked)} valid"
    return f"{valid} on {names} in {summary.seconds:.2f} s{warnings}{skipped}; {then}"


def statistics(result: Result) -> Iterator[str]:
    """Yield the findings of `result`, counted by code and by target, one line each, most frequent first.

    An empty line ends them."""
    codes: dict[str, int] = {}
    targets: dict[str, int] = dict.fromkeys(map(_counted, sorted(_all(result), key=lambda one: one.version)), 0)
    for diagnostic in result.diagnostics:
        codes[diagnostic.code] = codes.get(diagnostic.code, 0) + 1
        for target in diagnostic.targets:
            targets[_counted(target)] += 1
    width = len(str(max([*codes.values(), *targets.values()], default=0)))
    for heading, counts in (("by code", codes), ("by target", targets)):
        if counts:
            yield f"{heading}:\n"
            frequent = sorted(counts.items(), key=lambda item: (-item[1], item[0] if counts is codes else ""))
            for name, count in frequent:  # as often as another: codes by name, targets by version
                yield f"  {count:>{width}}  {name}\n"
    if codes or targets:
        yield "\n"


def stale_lines(result: Result, *, every: bool) -> Iterator[str]:
    """Yield a line for the baseline entries that `result` no longer needs: the first few, or `every` one."""
    most = len(result.stale) if every else STALE
    for one in result.stale[:most]:
        yield f"{one.entry.name}: {one.message}"
    if result.stale:
        more = len(result.stale) - most
        said = f"{more} more entries of the baseline are like that; to" if more > 0 else "to"
        yield f"{said} remove what the baseline no longer needs: syntax-guard baseline --prune"


def _with_let_pass(summary: Summary) -> str:
    valid = summary.checked - summary.baseline - summary.expected
    broken = ", ".join(f"{count} broken as {said}" for count, said in _let_pass(summary))
    return f"{_files(summary.checked)}: {valid} valid, {broken}"


def _let_pass(summary: Summary) -> list[tuple[int, str]]:
    """How many files are broken and let pass, and what says so."""
    both = ((summary.baseline, "the baseline says"), (summary.expected, "the settings say"))
    return [one for one in both if one[0]]


def _all(result: Result) -> set[Target]:
    return {target for diagnostic in result.diagnostics for target in diagnostic.targets}


def _counted(target: Target) -> str:
    return f"{target.label} ({visible(target.interpreter.name) if target.exact else 'approximate'})"


def _files(count: int) -> str:
    return f"{count} file{'s' * (count != 1)}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
