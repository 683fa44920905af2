"""What every report says in words: who judged, how to place a finding, what a run came to."""

from __future__ import annotations

from .neutral import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..model import Diagnostic, Result, Target


LONGEST = 500
"""Characters of a message that are shown: CPython repeats names in its messages, and a name can fill a file."""


def place(diagnostic: Diagnostic) -> str:
    """Return ``app/main.py:3:14``, or less where line or column is not known."""
    parts = [visible(diagnostic.path)]
    if diagnostic.line is not None:
        parts.append(str(diagnostic.line))
        if diagnostic.column is not None:
            parts.append(str(diagnostic.column))
    return ":".join(parts)


def message(diagnostic: Diagnostic) -> str:
    """Return the message with who says so: ``'(' was never closed (CPython 3.11.7)``."""
    said = diagnostic.message
    if len(said) > LONGEST:
        said = said[:LONGEST] + "..."
    return f"{visible(said)} ({judges(diagnostic.targets)})"


def explained(diagnostic: Diagnostic) -> str:
    """Return message and hint in one line: ``Missing parentheses … (CPython 3.11.7); hint: Python 2 code``."""
    if diagnostic.hint is None:
        return message(diagnostic)
    return f"{message(diagnostic)}; hint: {visible(diagnostic.hint)}"


def judges(targets: Sequence[Target]) -> str:
    """Return who says so: ``CPython 3.11.7; target 3.9, approximate: no python3.9 found here``."""
    exact = dict.fromkeys(visible(target.interpreter.name) for target in targets if target.exact)
    said = [", ".join(exact)] if exact else []
    approximate = [target for target in targets if not target.exact]
    if approximate:
        noun = "target" if len(approximate) == 1 else "targets"
        notes = dict.fromkeys(visible(target.note) for target in approximate if target.note)
        because = f": {', '.join(notes)}" if notes else ""
        said.append(f"{noun} {', '.join(target.label for target in approximate)}, approximate{because}")
    return "; ".join(said)


def summary_line(result: Result) -> str:
    """Return the run in one line: ``1 of 412 files is broken (CPython 3.11.7, 0.21 s)``."""
    summary = result.summary
    parts = []
    if summary.broken:
        parts.append(f"{summary.broken} of {_files(summary.checked)} {_is(summary.broken)} broken")
    if summary.undecided:
        of = "" if parts else f" of {_files(summary.checked)}"
        parts.append(f"{summary.undecided}{of} {_is(summary.undecided)} undecided")
    if not parts:
        parts.append(f"{_files(summary.checked)} {_is(summary.checked)} valid")
    unexpected = sum(diagnostic.code == "unexpectedly-valid" for diagnostic in result.diagnostics)
    if unexpected:
        parts.append(f"{unexpected} unexpectedly")
    if summary.warnings:
        parts.append(f"{summary.warnings} warning{'s' * (summary.warnings != 1)}")
    answered = dict.fromkeys(
        visible(target.interpreter.name) if target.exact else f"{target.label} approximate" for target in result.targets
    )
    return f"{', '.join(parts)} ({', '.join([*answered, f'{summary.seconds:.2f} s'])})"


def start_line(result: Result, then: str) -> str:
    """Return what the start gate says, and what comes ``then``: ``412 files valid on CPython 3.12.1 in 0.31 s; …``."""
    if not result.ok:
        return f"{summary_line(result)}; {then}"
    summary = result.summary
    warnings = f", {summary.warnings} warning{'s' * (summary.warnings != 1)}" if summary.warnings else ""
    names = ", ".join(visible(target.interpreter.name) for target in result.targets)
    return f"{_files(summary.checked)} valid on {names} in {summary.seconds:.2f} s{warnings}; {then}"


def statistics(result: Result) -> Iterator[str]:
    """Yield the findings counted by code and by target, most frequent first, one line each; nothing for no finding."""
    codes: dict[str, int] = {}
    targets: dict[str, int] = {}
    for diagnostic in result.diagnostics:
        codes[diagnostic.code] = codes.get(diagnostic.code, 0) + 1
        for target in diagnostic.targets:
            name = f"{target.label} ({visible(target.interpreter.name) if target.exact else 'approximate'})"
            targets[name] = targets.get(name, 0) + 1
    width = len(str(max([*codes.values(), *targets.values()], default=0)))
    for heading, counts in (("by code", codes), ("by target", targets)):
        if counts:
            yield f"{heading}:\n"
            for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
                yield f"  {count:>{width}}  {name}\n"


def _files(count: int) -> str:
    return f"{count} file{'s' * (count != 1)}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
