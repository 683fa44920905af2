"""What is to be said of the files of a run."""

from __future__ import annotations

from ..model import Diagnostic
from .baseline import Uses, entries_of, is_let_pass
from .cells import forgiven, hinted, may_fail, shown
from .diagnose import diagnose, with_context
from .expected import Expectations
from .newest import NewestPython

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..judging.judgement import Judgement
    from ..model import Entry, Source, Stale
    from ..sources.readable import Readable
    from ..targets.machine import Machine
    from ..targets.rules import FileRules


class Tally:
    """Findings and counts, as judgements add up to them."""

    def __init__(self, machine: Machine | None = None, context: int = 0) -> None:
        """A newer Python, which may know what an older one refuses, is looked for on `machine`. Each finding keeps so
        many lines of `context` before and after its own."""
        self._context = context
        self._newest = NewestPython(machine)
        self._found: list[Diagnostic] = []
        self._broken = _Files()
        self._undecided = _Files()
        self._let_pass = _Files()
        self._expected = _Files()
        self._expectations = Expectations()
        self._uses: Uses | None = None
        self._entries: list[Entry] = []

    @property
    def broken(self) -> int:
        """Files that a target refuses, in all or in a cell."""
        return self._broken.count()

    @property
    def undecided(self) -> int:
        """Files that no target refuses, and one cannot answer for."""
        return self._undecided.count(frozenset(self._broken.notebooks))

    @property
    def baseline(self) -> int:
        """Files that are broken as a baseline says, and not otherwise."""
        return self._let_pass.count(frozenset(self._broken.notebooks | self._undecided.notebooks))

    @property
    def expected(self) -> int:
        """Files that are broken as the settings say, and not otherwise."""
        others = self._broken.notebooks | self._undecided.notebooks | self._let_pass.notebooks
        return self._expected.count(frozenset(others))

    @property
    def stale(self) -> tuple[Stale, ...]:
        """Entries of baselines that were asked about and not needed."""
        return tuple(self._uses.stale()) if self._uses else ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is broken, as a baseline would hold it."""
        return tuple(self._entries)

    @property
    def found(self) -> tuple[Diagnostic, ...]:
        """The findings in the order of reports."""
        return tuple(sorted([*self._found, *self._expectations.unmet()], key=_place))

    @property
    def warnings(self) -> int:
        """How many of the findings are warnings."""
        return sum(diagnostic.severity == "warning" for diagnostic in self._found)

    def add(self, judgement: Judgement, rules: FileRules) -> None:
        """Count `judgement`, and keep what is to be said of it; `rules` are those of its file."""
        left = self._expectations.remaining(judgement, rules) if rules.expected_broken else judgement
        counts = left is not None and self._report(left, rules)
        if left is not judgement and not counts and any(said.outcome == "broken" for said in judgement.verdicts):
            self._expected.add(judgement.source)

    def _report(self, judgement: Judgement, rules: FileRules) -> bool:
        """Keep what is to be said of a judgement; return whether its file counts as something else than valid."""
        outcomes = {verdict.outcome for verdict in judgement.verdicts}
        source, targets = judgement.source, judgement.targets
        found = () if judgement.silent else diagnose(judgement, targets, rules.warnings, self._newest)
        if self._context:
            found = with_context(source, found, self._context)
        found = _committed(judgement.file, shown(judgement.file, found))
        if may_fail(judgement.file) and "broken" in outcomes and "undecided" not in outcomes:
            self._found += forgiven(found)
            return False
        self._entries += entries_of(judgement, found)
        allowances = rules.allowances(source.path, source.member, source.cell)
        if allowances:
            self._uses = self._uses or Uses()
            found = self._uses.let_pass(judgement, allowances, found)
        if "broken" in outcomes and not (allowances and is_let_pass(found)):
            self._broken.add(source)
        elif "undecided" in outcomes:
            self._undecided.add(source)
        elif "broken" in outcomes:
            self._let_pass.add(source)
        self._found += hinted(judgement.file, found)
        return bool(outcomes & {"broken", "undecided"})


class _Files:
    """Files. A notebook counts once, however many of its cells are added."""

    def __init__(self) -> None:
        self._others = 0
        self.notebooks: set[tuple[str, str | None]] = set()

    def add(self, source: Source) -> None:
        if source.cell is None:
            self._others += 1
        else:
            self.notebooks.add((source.path, source.member))

    def count(self, besides: frozenset[tuple[str, str | None]] = frozenset()) -> int:
        """How many they are, without the notebooks `besides`."""
        return self._others + len(self.notebooks - besides)


def _committed(file: Readable, found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The findings `found` of `file`, with the commit that holds it, where it is of one."""
    commit = getattr(file, "commit", None)
    return found if commit is None else tuple(Diagnostic(**{**vars(one), "commit": commit}) for one in found)


def _place(one: Diagnostic) -> tuple[str, str, int, int, int, str]:
    return (one.path, one.member or "", one.cell or 0, one.line or 0, one.column or 0, one.code)
