"""Scripts that may say themselves which Pythons they are for, judged by those."""

from __future__ import annotations

from ..sources.readers import File, Loaded, LoadedFile
from ..targets.rules import same_targets
from ..targets.scripts import asked_about
from .judgement import Inquiry, Judgement, requests, unanswered
from .schedule import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..model import Problem, Source, Target
    from ..sources.readers import Readable
    from ..targets.machine import Machine
    from ..targets.rules import Asked
    from .judgement import Limits


class Scripts:
    """The scripts of a run. Their targets are found on `machine`, and they are judged within `limits`."""

    def __init__(
        self, machine: Machine, limits: Limits, ask: Callable[[tuple[Target, ...]], None],
        ignored: Callable[[Readable, Source, Problem], None],
    ) -> None:  # fmt: skip
        """``ask(targets)`` is told what is asked, ``ignored(file, source, problem)`` of a block that cannot be used."""
        self._machine = machine
        self._limits = limits
        self._ask = ask
        self._ignored = ignored
        self._noted: dict[str, list[str]] = {}
        """What is to be said of first lines, and the files that have them."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of first lines, once for all that need the same note."""
        more = {note: f" (and {len(paths) - 1} more)" if len(paths) > 1 else "" for note, paths in self._noted.items()}
        return tuple(f"{paths[0]}:1{more[note]}: {note}" for note, paths in self._noted.items())

    def judged(
        self, scripts: Iterable[tuple[Readable, Source]], project: Callable[[Readable], Asked]
    ) -> Iterator[Judgement]:
        """The judgements of `scripts`, which come with their bytes. Those that ask the same are judged together.

        ``project(file)`` is what is asked about one that says nothing.
        """
        groups: dict[object, dict[Readable, Asked]] = {}
        for file, source in scripts:
            own = asked_about(source, project(file), self._machine)
            if own.block:
                self._ignored(file, source, own.block)
            if own.note:
                self._noted.setdefault(own.note, []).append(source.path)
            loaded: Readable = Loaded(file, source.data)
            if isinstance(file, File) and source.stamp is not None:
                loaded = LoadedFile(file, source.data, source.stamp)
            groups.setdefault(same_targets(own.asked), {})[loaded] = own.asked
        for group in groups.values():
            asked = next(iter(group.values()))
            inquiry = Inquiry(asked.targets, requests(asked.targets), self._limits)
            none = unanswered(group, asked.wanted, asked.unanswered)
            for judgement in judge([*group], inquiry) if asked.targets else none:
                own_asked = group[judgement.file]
                self._ask(own_asked.targets)
                yield Judgement(**{**vars(judgement), "targets": own_asked.targets or own_asked.wanted})
