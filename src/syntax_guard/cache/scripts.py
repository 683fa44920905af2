"""Scripts that may say themselves which Pythons they are for, judged by those, which is remembered."""

from __future__ import annotations

from ..judging.judgement import Inquiry, Judgement, requests, unanswered
from ..judging.schedule import judge
from ..model import Verdict
from ..sources.in_memory import Loaded, LoadedFile
from ..sources.readers import File
from ..targets.declared import asked_by
from ..targets.rules import same_targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set

    from ..config.declarations.declaration import Declaration
    from ..judging.judgement import Limits
    from ..model import Problem, Source, Target
    from ..sources.readable import Readable
    from ..targets.machine import Machine
    from ..targets.rules import FileRules
    from ..targets.scripts import Own
    from .run_cache import RunCache


class Scripts:
    """The scripts of a run. Their targets are found on `machine`, and they are judged within `limits`."""

    def __init__(
        self, machine: Machine, limits: Limits, ask: Callable[[tuple[Target, ...]], None],
        note: Callable[[Judgement, FileRules], None],
    ) -> None:  # fmt: skip
        """``ask(targets)`` is told what is asked, ``note(judgement, rules)`` of a block that cannot be used."""
        self._machine = machine.evolve(searches={})
        self._limits = limits
        self._ask = ask
        self._note = note
        self.known = 0
        """Scripts that needed no judging."""
        self._targets: dict[Declaration, tuple[Target, ...]] = {}
        self._noted: dict[str, list[str]] = {}
        """What is to be said of first lines, and the files that have them."""

    def targets(self, declaration: Declaration) -> tuple[Target, ...]:
        """The targets that a script with a `declaration` asks for."""
        if declaration not in self._targets:
            self._targets[declaration] = asked_by(declaration, self._machine).targets
        return self._targets[declaration]

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of first lines, once for all that need the same note."""
        more = {note: f" (and {len(paths) - 1} more)" if len(paths) > 1 else "" for note, paths in self._noted.items()}
        return tuple(f"{paths[0]}:1{more[note]}: {note}" for note, paths in self._noted.items())

    def judged(
        self, scripts: Iterable[tuple[Readable, Source]], rules: Callable[[Readable], FileRules],
        memory: RunCache | None,
    ) -> Iterator[Judgement]:  # fmt: skip
        """Judge scripts. Those that ask the same are judged together.

        Args:
            scripts: The scripts, with their bytes.
            rules: Returns those of the project of a script, which is asked about one that says nothing.
            memory: What is known already; None for nothing.

        Yields:
            Their judgements, without those that are known to be valid.
        """
        from ..targets.scripts import asked_about  # a tree that is known reads no script

        groups: dict[object, dict[Readable, Own]] = {}
        for file, source in scripts:
            own = asked_about(source, rules(file).asked, self._machine)
            if own.declaration and rules(file).asked.only_new:  # it is asked what it was asked before
                self.known += 1
                continue
            if own.block:
                self._note(_noted(file, source, rules(file).asked.targets, own.block), rules(file))
            if own.note:
                self._noted.setdefault(own.note, []).append(source.path)
            loaded: Readable = Loaded(file, source.data)
            if isinstance(file, File) and source.stamp is not None:
                loaded = LoadedFile(file, source.data, source.stamp)
            self._ask(own.asked.targets)
            groups.setdefault(same_targets(own.asked), {})[loaded] = own
        for group in groups.values():
            asked = next(iter(group.values())).asked
            none = unanswered(group, asked.wanted, asked.unanswered)
            listed = {file for file in group if rules(file).lists(file)}
            for judgement in self._judged(asked.targets, group, listed, memory) if asked.targets else none:
                own_asked = group[judgement.file].asked
                yield judgement.evolve(targets=own_asked.targets or own_asked.wanted)

    def _judged(
        self, targets: tuple[Target, ...], scripts: Mapping[Readable, Own], listed: Set[Readable],
        memory: RunCache | None,
    ) -> Iterator[Judgement]:  # fmt: skip
        """Judge `scripts` by their own `targets`; for those that are `listed` to be valid would be news."""
        left: Sequence[Readable] = [*scripts]
        if memory is not None:
            split = memory.split(targets, [file for file in scripts if file not in listed], scripts)
            known = (*(file for file, _ in split.known), *(one.file for one in split.recalled))
            self.known += sum(file.cell is None and not getattr(file, "may_fail", False) for file in known)
            yield from split.recalled
            left = (*split.unknown, *listed)
        digest = memory.digest(targets, own=True) if memory else None
        for judgement in judge(left, Inquiry(targets, requests(targets), self._limits, digest)):
            if memory is not None and judgement.file not in listed:
                memory.learn(targets, judgement, scripts[judgement.file])
            yield judgement


def _noted(file: Readable, source: Source, targets: tuple[Target, ...], problem: Problem) -> Judgement:
    """The judgement that says of a valid `source` what the `problem` of its block is."""
    return Judgement(file, source, targets, (Verdict("valid", None, (problem,)),) * len(targets))
