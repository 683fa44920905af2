"""One run: by which rules, what is remembered, and how judgements add up to a result."""

from __future__ import annotations

import os
from time import perf_counter

from .config.settings import OF_A_FILE
from .errors import SourcesError, TargetError
from .judging.judgement import Inquiry, Judgement, Limits, may_hold, requests, unanswered
from .judging.schedule import judge
from .model import UNKNOWN, Result, Source, Summary, this_interpreter
from .sources.file_types import NOTEBOOK, SUFFIXES, is_notebook
from .sources.readers import File
from .sources.selection import NOTEBOOK_LEFT_OUT
from .targets.rules import found, hears_scripts, same_targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from .cache.notebooks import Notebooks
    from .cache.run_cache import RunCache
    from .cache.scripts import Scripts
    from .config.settings import Settings
    from .findings.tally import Tally
    from .judging.unwritten import Unwritten
    from .model import Skipped, Stale, Target
    from .sources.readable import Readable
    from .sources.selection import FoundFiles, Selection
    from .targets.rules import Asked, FileRules, Rules

    Search: TypeAlias = (
        "Callable[[Iterable[str], Callable[[str], bool], tuple[str, ...], Callable[[str], object]], Selection]"
    )
    Group: TypeAlias = "tuple[Asked, list[Readable]]"
    Follow: TypeAlias = "Callable[[Iterable[Judgement], int], Iterable[Judgement]]"

BATCH = 16 * 1024
"""Files that are judged together: what a run holds of each file, it holds of so many."""
WORTH_REMEMBERING = 256 * 1024
"""Bytes of sources from which on it pays to remember even few files."""


class Run:
    """One run: by which rules, what is remembered, and how judgements add up to a result."""

    def __init__(self, settings: Settings, by_file: Rules, follow: Follow | None = None) -> None:
        self.rules = by_file
        self._started = perf_counter()
        self._follow = follow
        self._settings = settings
        self._limits = Limits(settings.jobs, settings.time_limit, settings.memory_limit << 20)
        self._notebooks: Notebooks | None = None
        self._memory: RunCache | None = None
        self._tally: Tally | None = None
        self._unwritten: Unwritten | None = None
        self._scripts: Scripts | None = None
        self._defers = may_hold if hears_scripts(settings) else None
        self._known = 0
        """Sources that needed no judging."""
        self._targets: dict[Target, None] = {}
        self._searched: list[str] = []
        """The folders, by their real paths, that were looked at as a whole."""

    def select(self, find: Search, names: Sequence[str]) -> Selection:
        """The files that `find` finds for `names`; for a tree without those that are known to be valid."""
        self._searched = [os.path.realpath(name) for name in names if os.path.isdir(name)]

        def search() -> Selection:
            return self.wanted(found(find, names, (*SUFFIXES, NOTEBOOK), self.rules), names)

        asked = (vars(self._settings)[field] for field in _ASKED)
        return self.remembering((os.getcwd(), find.__name__, list(names), *asked), search)

    def remembering(self, question: object, search: Callable[[], Selection]) -> Selection:
        """What ``search()`` finds, which depends on `question`, without the files that are known to be valid."""
        memory = None if self._settings.trust_bytecode else self._remember()  # bytecode is enough, and costs less
        if memory is None:
            return search()
        selection = memory.search(question, self.rules.stated, self.rules.stating, search, self._all_scripts)
        known: dict[Asked, str] = {}  # files that are known have been asked about, too
        for path in memory.asked:
            known.setdefault(self.rules.of(File(path, UNKNOWN)).asked, path)
        for asked, path in known.items():
            self._ask(asked.targets)
            memory.ask(path)
        for targets in memory.asked_by_scripts:
            self._ask(targets)
        return selection

    def judge_search(self, search: Callable[[], Selection]) -> Result:
        """Return what is judged of what ``search()`` finds, and keep what was learned, however far the run came."""
        try:
            return self.judge(search())
        finally:
            if self._memory is not None:
                self._memory.close(complete=False)

    def judge(self, selection: Selection) -> Result:
        """Return what is judged of `selection`."""
        self._known = selection.known
        found = len(selection.files)
        judgements: Iterable[Judgement] = self._in_batches(selection.files)
        for judgement in self._follow(judgements, found) if self._follow else judgements:
            by_file = self.rules.of(judgement.file)
            if not judgement.silent or by_file.lists(judgement.file):
                self._note(judgement, by_file)
        if self._memory is not None:
            self._memory.close(complete=True)
        if self._scripts is not None:
            self._known += self._scripts.known
        notebooks = self._notebooks
        if notebooks is None:
            return self._result(found + selection.known, tuple(selection.account()))
        self._known += notebooks.known
        return self._result(found + selection.known - notebooks.unread, (*selection.account(), *notebooks.skipped))

    def _in_batches(self, files: FoundFiles) -> Iterator[Judgement]:
        """Judge `files`; none is left afterwards."""
        for batch in files.batches(BATCH):
            if self._memory is None and sum(file.size for file in batch) > WORTH_REMEMBERING:
                self._remember()
            selected: Sequence[Readable] = batch
            if any(map(is_notebook, batch)):
                selected = yield from self._besides_notebooks(batch)
            yield from self._judgements(selected)
            if self._memory is not None:
                self._memory.settle(batch)

    def _besides_notebooks(self, files: Sequence[Readable]) -> Generator[Judgement, None, Sequence[Readable]]:
        """Judge the notebooks of `files` that are valid as a whole; return the other files, and the cells of the
        other notebooks."""
        notebooks = self._all_cells()
        done: set[Readable] = set()
        whole = [file for file in files if is_notebook(file) and not self.rules.of(file).lists_some]
        for asked, group in self._groups(whole):
            valid = notebooks.whole(asked.targets, group, self._memory, self._defers) if asked.targets else ()
            for judgement in self._as_asked(asked, valid):
                done.add(judgement.file)
                yield judgement
        return notebooks.taken_apart([file for file in files if file not in done])

    def _all_cells(self) -> Notebooks:
        """What takes notebooks and scripts apart."""
        if self._notebooks is None:
            from .cache.notebooks import Notebooks

            self._notebooks = Notebooks(self._limits)
        return self._notebooks

    def _note(self, judgement: Judgement, by_file: FileRules) -> None:
        if self._tally is None:
            from .findings.tally import Tally  # nearly all commits have nothing to say
            from .targets.machine import machine_of

            self._tally = Tally(machine_of(self._settings), self._settings.context)
        self._tally.add(judgement, by_file)

    def _result(self, checked: int, account: tuple[Skipped, ...]) -> Result:
        tally = self._tally
        said = (tally.broken, tally.undecided, tally.warnings) if tally else (0, 0, 0)
        summary = Summary(checked, *said, len(account), self._known, perf_counter() - self._started,
                          self._notebooks.cells if self._notebooks else 0,
                          *((tally.baseline, tally.expected) if tally else ()))  # fmt: skip
        targets = tuple(sorted(self._targets, key=lambda target: (target.version, target.why)))
        memory, unwritten = self._memory, self._unwritten.notices if self._unwritten else ()
        notices = (*self.rules.notices, *(memory.notices if memory else ()), *unwritten, *self._stale(account),
                   *(self._scripts.notices if self._scripts else ()))  # fmt: skip
        found, entries = (tally.found, tally.entries) if tally else ((), ())
        stale = (*(tally.stale if tally else ()), *self._gone())
        return Result(targets, summary, found, account, memory.notes if memory else (), notices, stale, entries)

    def _gone(self) -> tuple[Stale, ...]:
        """The entries of baselines whose files are gone from the trees that were searched."""
        baselines = self.rules.baselines() if self._searched else []
        if not baselines:
            return ()
        from .findings.baseline import gone

        return gone(baselines, self._searched)

    def _stale(self, account: tuple[Skipped, ...]) -> Iterator[str]:
        """A line for each entry of the lists of the settings that matches nothing in the trees that were searched."""
        for listed in self.rules.lists() if self._searched else ():
            if listed.lies_below(self._searched):
                yield from listed.notices(account, verbose=self._settings.verbose)

    def _ask(self, targets: tuple[Target, ...]) -> None:
        self._targets.update(dict.fromkeys(targets))

    def _judgements(self, files: Sequence[Readable], as_they_are: bool = False) -> Iterator[Judgement]:
        """Judge `files`, by the Pythons that are asked; scripts in cells prepared, unless all stay `as_they_are`."""
        in_cells: list[Readable] = []
        for asked, group in self._groups(files, None if as_they_are else in_cells):
            none = unanswered(group, asked.wanted, asked.unanswered)
            yield from self._as_asked(asked, self._judged(asked, group) if asked.targets else none)
        if in_cells:
            yield from self._judgements(self._all_cells().of_scripts(in_cells), as_they_are=True)

    def _groups(self, files: Sequence[Readable], in_cells: list[Readable] | None = None) -> Iterable[Group]:
        """`files` by the Pythons that are asked about them; scripts that are `in_cells` are put aside there."""
        groups: dict[object, Group] = {}
        known: dict[int, Group] = {}
        for file in files:
            by_file = self.rules.of(file)
            asked = by_file.asked
            if by_file.percent_scripts and in_cells is not None and by_file.is_percent_script(file.path, file.member):
                in_cells.append(file)
                continue
            if id(asked) not in known:
                self._ask(asked.targets)
                if self._memory is not None:
                    self._memory.ask(file.path)
                known[id(asked)] = asked, groups.setdefault(same_targets(asked), (asked, []))[1]
            known[id(asked)][1].append(file)
        return groups.values()

    def _as_asked(self, asked: Asked, judgements: Iterable[Judgement]) -> Iterator[Judgement]:
        """`judgements` of files that were judged as those of `asked`, each with the targets of its own project."""
        for judgement in judgements:
            own = self.rules.of(judgement.file).asked
            same = own is asked or judgement.targets != asked.targets
            yield judgement if same else Judgement(**{**vars(judgement), "targets": own.targets})

    def _judged(self, asked: Asked, files: Sequence[Readable]) -> Iterator[Judgement]:
        """Judge `files`; scripts that say themselves which Pythons they are for come last."""
        scripts: list[tuple[Readable, Source]] = []
        for judgement in self._judged_by(asked.targets, files):
            if judgement.targets:
                yield judgement
            else:
                scripts.append((judgement.file, judgement.source))
        if scripts:
            yield from self._all_scripts().judged(scripts, self.rules.of, self._memory)

    def _all_scripts(self) -> Scripts:
        """What finds what is asked about scripts that say it themselves."""
        if self._scripts is None:
            from .cache.scripts import Scripts
            from .targets.machine import machine_of

            self._scripts = Scripts(machine_of(self._settings), self._limits, self._ask, self._note)
        return self._scripts

    def _judged_by(self, targets: tuple[Target, ...], files: Sequence[Readable]) -> Iterator[Judgement]:
        settings, memory = self._settings, self._memory
        if settings.write_bytecode and all(target.interpreter.python for target in targets):
            wanted = ", ".join(f"{target.label} ({target.why})" for target in targets)
            raise TargetError(
                f"--write-bytecode: {this_interpreter().name} runs this, and the files are for {wanted}",
                "run it with the Python that will run the files, as in their image",
            )
        listed = [file for file in files if self.rules.of(file).lists(file)]  # to be valid would be news
        others = [file for file in files if not self.rules.of(file).lists(file)] if listed else files
        others = self._unproven(targets, others)
        if memory is not None:
            split = memory.split(targets, others)
            self._known += len(split.known) + len(split.recalled)
            if self._notebooks is not None:  # their cells are no files
                known = (*(file for file, _ in split.known), *(one.file for one in split.recalled))
                self._known -= sum(file.cell is not None or getattr(file, "may_fail", False) for file in known)
            yield from split.recalled
            others = split.unknown
        writes = settings.bytecode_by if settings.write_bytecode else ""
        digest = memory.digest(targets) if memory else None
        asked = requests(targets, write_bytecode=writes)
        inquiry = Inquiry(targets, asked, self._limits, digest, self._defers)
        judgements = judge([*others, *listed], inquiry)
        if writes:
            from .judging.unwritten import Unwritten

            self._unwritten = self._unwritten or Unwritten()
            judgements = self._unwritten.taken_out(judgements, inquiry)
        for judgement in judgements:
            if memory is not None and judgement.targets and not self.rules.of(judgement.file).lists(judgement.file):
                memory.learn(targets, judgement)
            yield judgement

    def wanted(self, selection: Selection, named: Sequence[str] = ()) -> Selection:
        """`selection` without unwanted notebooks; `named` ones stay. Raises `SourcesError` if none is left."""
        found = len(selection.files)
        if any(map(is_notebook, selection.files)):
            selection.leave_out(lambda file: not self._is_wanted(file, named), NOTEBOOK_LEFT_OUT)
        if found and named and not selection.files:
            raise SourcesError("no Python file to check was found", "to judge notebooks too, use --notebooks")
        return selection

    def _is_wanted(self, file: Readable, named: Sequence[str]) -> bool:
        return not is_notebook(file) or self.rules.of(file).notebooks or file.path in named

    def _remember(self) -> RunCache | None:
        """Use what is remembered, and remember what is learned, where the settings have a place for it."""
        settings = self._settings
        if settings.cache and settings.cache_dir and not settings.write_bytecode:  # what is known is not compiled
            from .cache.run_cache import RunCache
            from .storage.key import cache_key
            from .targets.machine import machine_of

            key = cache_key(settings.cache_key, machine_of(settings).state)
            self._memory = RunCache(settings.cache_dir, key, hears_scripts=self._defers is not None)
        return self._memory

    def _unproven(self, targets: Sequence[Target], files: Sequence[Readable]) -> Sequence[Readable]:
        """Those of `files` that bytecode does not speak for, where it is trusted and can say all that is asked."""
        settings = self._settings
        alone = len(targets) == 1 and targets[0].exact and targets[0].interpreter.python is None
        if not settings.trust_bytecode or not alone or settings.warnings == "error":  # it keeps no warnings
            return files
        from .judging.bytecode import unproven

        left = unproven(files, settings.scripts)
        self._known += len(files) - len(left)
        return left


_ASKED = ("root", "python", "projects", *OF_A_FILE)
"""The settings that decide which files are chosen, and what is asked of them."""
