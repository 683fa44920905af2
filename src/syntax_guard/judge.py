"""Sources times targets become verdicts: in this process for a few, in workers for many."""

from __future__ import annotations

from .answers import VALID, no_answer
from .model import Record, Source, Verdict
from .questions import ordinary, questions, verdicts
from .reading import File, UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .cache import Cache
    from .crew import Crew
    from .model import Target
    from .questions import Question
    from .reading import Readable
    from .worker import Answer

WORTH_WORKERS = 512 * 1024
"""Bytes of sources from which on several processes are faster than one."""
BATCH_BYTES = 256 * 1024
BATCH_SOURCES = 64


class Judgement(Record):
    """What every target says of one source."""

    source: Source
    """Without its bytes where the verdicts are silent."""
    verdicts: tuple[Verdict, ...]
    """In the order of the targets."""
    silent: bool = False
    """Whether every target accepts the source, and nothing is said of it."""


class Limits(Record):
    """What judging may cost."""

    jobs: int | None
    """Processes that judge at the same time; None: as many as this process may use CPUs."""
    seconds: float
    """Time for one source."""
    memory: int
    """Bytes of address space of one worker; 0: any."""


def judge(
    files: Sequence[Readable],
    targets: Sequence[Target],
    limits: Limits,
    cache: Cache | None = None,
    *,
    write_bytecode: str = "",
) -> Iterator[Judgement]:
    """Yield what `targets` say of each of `files` that `cache` does not know to be green, in no particular order.

    With `write_bytecode` (``time`` or ``hash``: how it names its source), the code that this interpreter compiles is
    left where an import looks for it.

    Whatever happens to a file, an interpreter or a worker, each file gets its judgement. Closing the iterator ends
    every process that was started.
    """
    bench = _Bench(questions(targets, write_bytecode=write_bytecode), targets, limits)
    try:
        yield from _judge(files, _unknown(files, targets, cache), bench, limits)
    finally:
        bench.close()


def _judge(
    files: Sequence[Readable], unknown: Iterator[Source | Judgement], bench: _Bench, limits: Limits
) -> Iterator[Judgement]:
    """Judge here what is little; start workers once it turns out to be much."""
    first: list[Source | Judgement] = []
    work = 0
    jobs = 1
    for one in unknown:
        first.append(one)
        work += len(one.data) * bench.questions if isinstance(one, Source) else 0
        if work > WORTH_WORKERS and len(first) > 1:
            batches = sum(file.size for file in files) // BATCH_BYTES + 1
            jobs = min(limits.jobs or _available(), batches)
            break

    def all_of_them() -> Iterator[Source | Judgement]:
        yield from first
        first.clear()
        yield from unknown

    if jobs > 1:
        yield from _side_by_side(all_of_them(), bench, jobs)
    else:
        for one in all_of_them():
            yield bench.judge_here(one) if isinstance(one, Source) else one


def _unknown(files: Sequence[Readable], targets: Sequence[Target], cache: Cache | None) -> Iterator[Source | Judgement]:
    """Read the files, largest first, so that no worker idles at the end; what cannot be read is judged by that."""
    for file in sorted(files, key=lambda file: file.size, reverse=True):
        try:
            data = file.read()
        except UnreadableError as error:
            yield Judgement(Source(file.name, b""), (no_answer(error.problem),) * len(targets))
        else:
            remembered = None if cache is None else cache.recall(file, data)
            if remembered is None:
                yield Source(file.name, data, file.mark if isinstance(file, File) else None)
            elif remembered:
                yield Judgement(Source(file.name, data), remembered)


def _available() -> int:
    from .cpus import available  # a few files do not ask

    return available()


def _affordable(memory: int) -> int:
    """`memory`, or three quarters of what the container has: a worker dies of its limit, before all die of that."""
    if not memory:
        return 0
    from .cpus import memory as memory_here

    here = memory_here() * 3 // 4
    return min(memory, here) if here else memory


class _Bench:
    """Asks the questions about a batch, here or in workers that are started when the first source needs one."""

    def __init__(self, asked: Sequence[Question], targets: Sequence[Target], limits: Limits) -> None:
        self.questions = len(asked)
        self._asked = asked
        self._targets = targets
        self._limits = limits
        self._crew: Crew | None = None
        self._commands: list[tuple[str, ...]] = []
        """Of the questions, in their order, once there is a crew."""

    def judge_here(self, source: Source) -> Judgement:
        """Judge a source in this process as far as that is safe, and in workers else."""
        safe = ordinary(source.data)
        answers = {
            question.python: question.answer(source)
            if safe and question.python is None
            else self._ask(place, [source])[0]
            for place, question in enumerate(self._asked)
        }
        return self._judgement(source, answers)

    def start(self, jobs: int) -> None:
        """Start `jobs` workers for the question that is asked first."""
        crew = self._gathered()
        crew.start(self._commands[0], jobs)

    def ask_workers(self, batch: Sequence[Source]) -> tuple[Sequence[Source], list[list[Answer]]]:
        """`batch`, and each question's answers to it. Safe from any thread, once workers were started."""
        return batch, [self._ask(place, batch) for place in range(self.questions)]

    def judge(self, batch: Sequence[Source], answers: Sequence[Sequence[Answer]]) -> Iterator[Judgement]:
        """Judge a batch by what `ask_workers` returned."""
        pythons = [question.python for question in self._asked]
        for source, of_source in zip(batch, zip(*answers, strict=True), strict=True):
            yield self._judgement(source, dict(zip(pythons, of_source, strict=True)))

    def close(self) -> None:
        if self._crew is not None:
            self._crew.close()

    def _ask(self, place: int, batch: Sequence[Source]) -> list[Answer]:
        """What a worker answers to the question at `place`."""
        crew, question = self._gathered(), self._asked[place]
        return crew.ask(self._commands[place], [question.asks(source) for source in batch])

    def _gathered(self) -> Crew:
        if self._crew is None:
            from .crew import Crew

            self._commands = [question.command() for question in self._asked]
            names = dict(zip(self._commands, (question.name for question in self._asked), strict=True))
            self._crew = Crew(names, self._limits.seconds, _affordable(self._limits.memory))
        return self._crew

    def _judgement(self, source: Source, answers: dict[str | None, Answer]) -> Judgement:
        found = verdicts(answers, source.data, self._targets)
        silent = found == (VALID,) * len(found)
        return Judgement(Source(source.name, b"") if silent else source, found, silent)


def _side_by_side(unknown: Iterator[Source | Judgement], bench: _Bench, jobs: int) -> Iterator[Judgement]:
    from .threads import each

    judged: list[Judgement] = []

    def batches() -> Iterator[list[Source]]:
        batch: list[Source] = []
        size = 0
        for one in unknown:
            if isinstance(one, Judgement):
                judged.append(one)
                continue
            batch.append(one)
            size += len(one.data)
            if size >= BATCH_BYTES or len(batch) >= BATCH_SOURCES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    bench.start(jobs)
    for batch, answers in each(bench.ask_workers, batches(), jobs):  # a worker has its next batch before this is read
        yield from bench.judge(batch, answers)
    yield from judged
