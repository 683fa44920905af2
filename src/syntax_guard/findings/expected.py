"""What is broken on purpose: what is let pass for it, and what is said of it where it is valid."""

from __future__ import annotations

from ..judging.judgement import Judgement
from ..model import Diagnostic, Result, Source, Summary, display_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..config.expected import ExpectedBroken
    from ..model import Target
    from ..targets.rules import FileRules

CODE = "unexpectedly-valid"


class Expectations:
    """The files of a run that are listed as broken on purpose, and what each target says of them."""

    def __init__(self) -> None:
        self._listed: dict[tuple[str, str | None, int | None, str | None], _Listed] = {}

    def remaining(self, judgement: Judgement, rules: FileRules) -> Judgement | None:
        """The part of `judgement` that is reported, by the lists in `rules`; None for no part.

        It is all of it where no list names the source. An entry without targets leaves what is undecided. An entry with
        targets also leaves what other targets say.
        """
        source = judgement.source
        whole = rules.expected(display_name(source.path, source.member))
        entry = whole or (rules.expected(source.name) if source.cell is not None else None)
        if entry is None:
            return judgement
        cell, commit = None if whole else source.cell, getattr(judgement.file, "commit", None)
        place = (source.path, source.member, cell, commit)
        if place not in self._listed:
            self._listed[place] = _Listed(entry, Source(source.path, b"", None, source.member, cell), commit)
        self._listed[place].add(judgement)
        return _narrowed(judgement, entry)

    def unmet(self) -> Iterator[Diagnostic]:
        """The findings that a file is valid although it is listed."""
        for listed in self._listed.values():
            accepting = listed.accepting()
            if accepting:
                yield _unexpectedly_valid(listed, accepting)


class _Listed:
    """One source that is listed: a file, a notebook of several cells, or a cell."""

    def __init__(self, entry: ExpectedBroken, source: Source, commit: str | None) -> None:
        self.entry = entry
        self.source = source
        self.commit = commit
        self._valid: dict[Target, bool] = {}

    def add(self, judgement: Judgement) -> None:
        """Take in what the targets say of the source, or of a cell of it."""
        for target, verdict in zip(judgement.targets, judgement.verdicts, strict=True):
            self._valid[target] = verdict.outcome == "valid" and self._valid.get(target, True)

    def accepting(self) -> tuple[Target, ...]:
        """The targets that should refuse the source and accept it."""
        if not self.entry.targets:
            return tuple(self._valid) if all(self._valid.values()) else ()
        return tuple(one for one, valid in self._valid.items() if valid and one.label in self.entry.targets)


def _narrowed(judgement: Judgement, entry: ExpectedBroken) -> Judgement | None:
    kept = [
        (target, verdict)
        for target, verdict in zip(judgement.targets, judgement.verdicts, strict=True)
        if verdict.outcome == "undecided" or (entry.targets and target.label not in entry.targets)
    ]
    if not kept:
        return None
    targets, verdicts = zip(*kept, strict=True)
    return Judgement(**{**vars(judgement), "targets": targets, "verdicts": verdicts})


def _unexpectedly_valid(listed: _Listed, targets: tuple[Target, ...]) -> Diagnostic:
    source, versions = listed.source, ", ".join(listed.entry.targets)
    message = f"listed in `expected-broken` for {versions}, and valid there"
    if not versions:
        message = "listed in `expected-broken`, but every target accepts it"
    return Diagnostic(source.path, None, None, None, None, "error", CODE, message,
                      "fix the list: take the file off it, or restore the fixture", targets,
                      member=source.member, cell=source.cell, commit=listed.commit)  # fmt: skip


def stopping_nothing(result: Result) -> Result:
    """`result` where no file stops a start because it is valid: that is a warning there."""
    if not any(one.code == CODE for one in result.diagnostics):
        return result
    found = tuple(
        Diagnostic(**{**vars(one), "severity": "warning"}) if one.code == CODE else one for one in result.diagnostics
    )
    warnings = sum(one.severity == "warning" for one in found)
    summary = Summary(**{**vars(result.summary), "warnings": warnings})
    return Result(**{**vars(result), "diagnostics": found, "summary": summary})
