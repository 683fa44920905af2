"""Sources times targets become verdicts: in this process for a few, in copies of it and in workers for many."""

from __future__ import annotations

from .answers import VALID, no_answer
from .model import Record, Source, Verdict
from .questions import ordinary, questions, verdicts
from .reading import File, UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from .cache import Cache
    from .crew import Crew
    from .model import Target
    from .questions import Question
    from .reading import Readable
    from .worker import Answer

COPY_BYTES = 64 * 1024
"""Bytes of files from which on two copies of this process are faster than it alone, and that are worth one more."""
FEW = 8
"""Sources for which copies of this process, one each, are started sooner than a worker for all."""
WORTH_WORKERS = 512 * 1024
"""Bytes of sources from which on workers are."""
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
    files = sorted(files, key=lambda file: file.size, reverse=True)  # so that nobody idles at the end
    bench = _Bench(questions(targets, write_bytecode=write_bytecode), targets, limits)
    try:
        # What is left of a tree that is mostly known has findings, of which copies have nothing to say.
        new = cache is None or cache.known <= len(files)
        if new and len(files) > 1 and _size(files) > COPY_BYTES and bench.can_skim():
            files = yield from _skim(files, bench, cache, limits)
        yield from _judge(files, _unknown(files, targets, cache), bench, limits)
    finally:
        bench.close()


def _skim(
    files: Sequence[Readable], bench: _Bench, cache: Cache | None, limits: Limits
) -> Generator[Judgement, None, list[Readable]]:
    """Yield a judgement of each file that is plainly green; return the others, in the same order."""
    jobs = _jobs(files, limits, COPY_BYTES)
    if jobs == 1:
        return [*files]
    mine = [file for file in files if isinstance(file, File)]  # only what is on disk can be read by several at once
    green = set()
    for place, known in bench.skim(mine, cache, jobs):
        green.add(mine[place])
        if not known:
            yield bench.green(mine[place].name)
    return [file for file in files if file not in green]


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
            jobs = _jobs(files, limits, BATCH_BYTES)
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
    """Read the files; what cannot be read is judged by that."""
    for file in files:
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


def _size(files: Sequence[Readable]) -> int:
    return sum(file.size for file in files)


def _jobs(files: Sequence[Readable], limits: Limits, least: int) -> int:
    """How many processes are to judge `files`, each of them at `least` so many bytes."""
    from .cpus import available  # a few files do not ask

    return min(limits.jobs or available(), _size(files) // least + 1)


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
        self._accepted = (VALID,) * len(targets)
        self._asked = asked
        self._targets = targets
        self._limits = limits
        self._copied = 0
        """Sources that had a copy of this process to themselves."""
        self._crew: Crew | None = None
        self._commands: list[tuple[str, ...]] = []
        """Of the questions, in their order, once there is a crew."""

    def can_skim(self) -> bool:
        """Whether copies of this process can tell what is green."""
        from .skim import can_skim  # most commits do without

        return can_skim(self._asked, self._limits.seconds)

    def skim(self, files: Sequence[File], cache: Cache | None, copies: int) -> Iterator[tuple[int, bool]]:
        """See ``skim.skim``."""
        from .skim import skim

        return skim(files, self._asked[0], cache, _affordable(self._limits.memory), copies)

    def green(self, name: str) -> Judgement:
        """That of a source that every target accepts, and of which nothing is said."""
        return Judgement(Source(name, b"", None), self._accepted, silent=True)

    def judge_here(self, source: Source) -> Judgement:
        """Judge a source in this process as far as that is safe, and in a copy of it or in workers else."""
        safe = ordinary(source.data)
        if not safe and self._copied < FEW and self.can_skim():
            from .skim import is_green

            self._copied += 1
            if is_green(source, self._asked[0], _affordable(self._limits.memory)):
                return self.green(source.name)
        answers = {
            question.python: question.judge()(question.asks(source))
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
        return self.green(source.name) if found == self._accepted else Judgement(source, found)


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
