"""What is measured, and what comes of it for each promise."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from . import corpora, timing
from .timing import in_turn
from .tools import COMPILEALL, FLOOR, GUARD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from .timing import Command, Timing
    from .tools import Tools

RUFF = "ruff --select E9"
RUFF_UNCACHED = "ruff --select E9 --no-cache"
LIBRARY_ROUNDS = 7


class Table(NamedTuple):
    """Commands that were timed side by side."""

    title: str
    base: str
    """The command that the others are compared with."""
    timings: dict[str, Timing]


class Promise(NamedTuple):
    """A limit, and what was measured."""

    text: str
    measured: float
    limit: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


class Measured(NamedTuple):
    """What comes of one of the functions below."""

    tables: list[Table]
    promises: list[Promise]


def standard_library(place: Path, tools: Tools) -> Measured:
    """The standard library, by every tool, with nothing remembered; by slow ones only where there is time for it."""
    tree = corpora.standard_library(place / "library")
    again = corpora.standard_library(
        place / "library-again"
    )  # compileall writes there, so the others have the first tree
    files = corpora.python_files(tree)
    table = _timed(
        f"Standard library, {_count(files)}, cold",
        [
            tools.floor(tree, files),
            tools.guard(tree, "check", prepare=forget(tools)),
            tools.check_ast(tree, files),
            tools.compileall(again),
            tools.ruff(tree, RUFF_UNCACHED, "--no-cache"),
            *(tools.slow(tree) if timing.most_rounds >= LIBRARY_ROUNDS else ()),
        ],
        rounds=LIBRARY_ROUNDS,
    )
    guard = table.timings[GUARD]
    promises = [
        Promise("Cold tree: times the floor", guard.ratio(table.timings[FLOOR]), 1.1),
        Promise("Cold tree: times faster than compileall", table.timings[COMPILEALL].ratio(guard), 1.5, True),
    ]
    if not timing.by_cpu:  # check-ast keeps one CPU busy
        faster = table.timings["check-ast"].ratio(guard)
        promises.append(Promise("Cold tree: times faster than check-ast", faster, 1.6, True))
    return Measured([table], promises)


def packages(tree: Path, tools: Tools) -> Measured:
    """Installed packages in `tree`: cold, warm, and as a clone whose caches are restored."""
    files = corpora.python_files(tree)
    again = tree.with_name("packages-again")
    shutil.copytree(tree, again)
    cold = _timed(
        f"Installed packages, {_count(files)}, cold",
        [
            tools.guard(tree, "check", prepare=forget(tools)),
            tools.check_ast(tree, files),
            tools.compileall(again),
            tools.ruff(tree, RUFF_UNCACHED, "--no-cache"),
            tools.ruff(tree, RUFF, prepare=forget(tools)),
        ],
        rounds=3,
    )
    shutil.rmtree(again)
    both = [tools.guard(tree, "check"), tools.ruff(tree, RUFF)]
    _timed("  (their caches are filled)", both, rounds=1)
    warm = _timed(f"Installed packages, {_count(files)}, unchanged since the last run", both, rounds=21)
    clone = _clone(tree, tools)
    promises = [
        Promise("Warm tree: times ruff's warm run", warm.timings[GUARD].ratio(warm.timings[RUFF]), 1.0),
        Promise("Fresh clone, caches restored: times faster than ruff", clone.timings[RUFF].ratio(clone.timings[GUARD]),
                4.0, True),
    ]  # fmt: skip
    return Measured([cold, warm, clone], promises)


def _clone(tree: Path, tools: Tools) -> Table:
    """As CI has it: the caches are those of `tree`, the files are new."""
    kept, clone = tools.home / "kept", tree.with_name("clone")
    shutil.copytree(tools.cache, kept)

    def restore() -> None:
        for folder in (tools.cache, clone):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(kept, tools.cache)
        shutil.copytree(tree, clone, copy_function=shutil.copyfile)

    clone.mkdir()
    commands = [tools.guard(clone, "check", prepare=restore), tools.ruff(clone, RUFF, prepare=restore)]
    return _timed("Fresh clone of it, caches restored", commands, rounds=3)


def commit(place: Path, tools: Tools) -> Measured:
    """One staged file, named by pre-commit; and three that the tool finds in the index of 10,000."""
    tree = corpora.synthetic(place / "commit", corpora.SMALL_FILES // 10)
    corpora.repository(tree)
    file = _ordinary(corpora.python_files(tree))
    name = str(file.relative_to(tree))
    hook, staged, nothing = "syntax-guard check --hook -- FILE", "syntax-guard check --staged", "python -c pass"
    table = _timed(
        f"Commit: one file of {file.stat().st_size / 1000:.0f} KB; three staged of 10,000 tracked",
        [
            tools.program(nothing, [tools.python, "-c", "pass"], tree),
            tools.hook(tree, "--hook", "--", name, name=hook),
            tools.hook(tree, "--staged", name=staged),
            tools.check_ast(tree, [file], "check-ast FILE"),
        ],
        rounds=41,
    )
    one = table.timings[hook]
    promises = [
        Promise("One-file hook: times check-ast", one.ratio(table.timings["check-ast FILE"]), 0.5),
        Promise("One-file hook: times `python -c pass`", one.ratio(table.timings[nothing]), 1.5),
        Promise("`--staged`: times the one-file hook", table.timings[staged].ratio(one), 1.3),
    ]
    return Measured([table._replace(base=hook)], promises)


HARNESS = (
    "import ast, json, sys; path = json.load(sys.stdin)['tool_input']['file_path']; ast.parse(open(path, 'rb').read())"
)
"""The check that harnesses of coding agents bring along: it knows one Python, and passes a stray ``return``."""


def agent(place: Path, tools: Tools) -> Measured:
    """The event of a coding agent that has written one file of a repository; the file is valid."""
    tree = corpora.synthetic(place / "agent", corpora.SMALL_FILES // 100)
    corpora.repository(tree)
    file = _ordinary(corpora.python_files(tree))
    event = json.dumps({
        "hook_event_name": "PostToolUse", "session_id": "s", "cwd": str(tree), "tool_name": "Write",
        "tool_input": {"file_path": str(file), "content": file.read_text()}, "tool_response": {"success": True},
    }).encode()  # fmt: skip
    hook, own, nothing = "syntax-guard agent-hook", "python -c, with ast.parse", "python -c pass"
    commands = [
        tools.program(nothing, [tools.python, "-c", "pass"], tree),
        tools.program(own, [tools.python, "-c", HARNESS], tree),
        tools.guard(tree, "agent-hook", name=hook),
    ]
    table = _timed(
        f"A coding agent wrote one file of {file.stat().st_size / 1000:.0f} KB",
        [command._replace(input=event) for command in commands],
        rounds=41,
    )
    return Measured([table._replace(base=nothing)], [])


def health(place: Path, tools: Tools) -> Measured:
    """A health check of a server that answers at once, which is nearly all start. The launcher is that of uv and of a
    current pip, which imports nothing of its own."""
    probe, nothing = "syntax-guard probe URL", "python -c pass"
    launcher = "from syntax_guard.cli.main import run_and_exit; run_and_exit()"
    with _server() as url:
        table = _timed(
            "Health check",
            [
                tools.program(nothing, [tools.python, "-c", "pass"], place),
                tools.program(probe, [tools.python, "-c", launcher, "probe", url], place),
            ],
            rounds=41,
        )
    ratio = table.timings[probe].ratio(table.timings[nothing])
    return Measured([table._replace(base=nothing)], [Promise("`probe`: times `python -c pass`", ratio, 1.6)])


@contextmanager
def _server() -> Iterator[str]:
    """The address of a server that is always well."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/health"
        finally:
            server.shutdown()


def many(place: Path, tools: Tools) -> Measured:
    """A synthetic tree of 100,000 files, and one of a tenth."""
    few = corpora.synthetic(place / "few", corpora.SMALL_FILES // 10)
    many = corpora.synthetic(place / "many", corpora.SMALL_FILES)
    tenth, whole = "syntax-guard, 10,000 files", "syntax-guard, 100,000 files"
    table = _timed(
        "Synthetic tree, 100,000 small files, cold",
        [
            tools.guard(few, "check", name=tenth, prepare=forget(tools)),
            tools.guard(many, "check", name=whole, prepare=forget(tools)),
            tools.ruff(many, RUFF_UNCACHED, "--no-cache"),
        ],
        rounds=3,
    )
    warm = _timed(
        "Synthetic tree, 100,000 small files, unchanged since the last run",
        [tools.guard(many, "check"), tools.ruff(many, RUFF)],
        rounds=3,
    )
    promises = [
        Promise("100,000 files: times ten times 10,000", table.timings[whole].ratio(table.timings[tenth]) / 10, 1.15),
        Promise("100,000 files: MiB of the largest process", table.timings[whole].peak / (1 << 20), 150),
        Promise("the same, unchanged: MiB of the largest process", warm.timings[GUARD].peak / (1 << 20), 150),
    ]
    return Measured([table._replace(base=whole), warm], promises)


def start(tree: Path, place: Path, tools: Tools) -> Measured:
    """The start of a container: with bytecode from the build in `tree`, and without."""
    files = len(corpora.python_files(tree))
    gate, bare = "syntax-guard run --trust-bytecode -- true", "true"
    _timed("  (bytecode is written)", [tools.guard(tree, "check", "--write-bytecode")], rounds=0)
    trusted = _timed(
        f"Container start, {files:,} files with bytecode",
        [tools.program(bare, ["true"], tree), tools.guard(tree, "run", "--trust-bytecode", "--", "true", name=gate)],
        rounds=21,
    )
    trusted = trusted._replace(base=bare)
    added = trusted.timings[gate].excess(trusted.timings[bare])

    program = corpora.application(place / "application", tree)
    words = [tools.python, str(program)]
    gate, bare = f"syntax-guard run --write-bytecode -- {program.name}", f"python {program.name}"
    first = _timed(
        f"First start of an application, {_count(corpora.python_files(program.parent))}",
        [
            tools.program(bare, words, program.parent, _without_bytecode(program.parent)),
            tools.guard(program.parent, "run", "--write-bytecode", "--", *words, name=gate,
                        prepare=_without_bytecode(program.parent)),
        ],
        rounds=5,
    )  # fmt: skip
    promises = [
        Promise("Container start, trusting bytecode: times 60 ms + 15 µs a file", added / (0.06 + 15e-6 * files), 1.0),
        Promise("First start after `run --write-bytecode`: times that start alone",
                first.timings[gate].ratio(first.timings[bare]), 1.15),
    ]  # fmt: skip
    return Measured([trusted, first._replace(base=bare)], promises)


def _timed(title: str, commands: Sequence[Command], rounds: int) -> Table:
    print(title, flush=True)
    return Table(title, GUARD, in_turn(commands, rounds))


def _ordinary(files: Sequence[Path]) -> Path:
    """The file of median size."""
    return sorted(files, key=lambda file: (file.stat().st_size, file))[len(files) // 2]


def _count(files: Sequence[Path]) -> str:
    return f"{len(files):,} files of {sum(file.stat().st_size for file in files) / 1e6:.1f} MB"


def forget(tools: Tools) -> Callable[[], None]:
    """What empties the caches of all."""
    return lambda: shutil.rmtree(tools.cache, ignore_errors=True)


def _without_bytecode(tree: Path) -> Callable[[], None]:
    def remove() -> None:
        for folder, names, _ in os.walk(tree):
            if "__pycache__" in names:
                shutil.rmtree(os.path.join(folder, "__pycache__"))
                names.remove("__pycache__")

    return remove
