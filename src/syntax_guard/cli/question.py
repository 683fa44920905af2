"""What `check` is asked about, as its arguments say: files, standard input, a list, archives, commits, packages."""

from __future__ import annotations

import os
import sys

from ..errors import UsageError
from ..model import Record
from .inputs import PATH, STDIN, given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import IO, Any

    from ..config.printing import Printing
    from ..config.settings import Settings
    from ..model import Result
    from ..run import Follow


class Question(Record):
    """What `check` is asked."""

    paths: list[str]
    flags: dict[str, Any]
    settings: Settings
    how: Printing | None
    """Whether to show progress; None: nothing is shown."""


def answer(paths: list[str], flags: dict[str, Any], settings: Settings, how: Printing | None) -> Result:
    """The result for what `paths` and the options in `flags` ask about, which go together (see `inputs`)."""
    asked = given(paths, flags)
    kind = next((kind for kind in KINDS if kind in asked), PATH)
    return KINDS[kind](Question(paths=paths, flags=flags, settings=settings, how=how))


def _commits(question: Question) -> Result:
    from .commits import check_commits

    keep_sources(question.settings, question.flags, ())
    asked = question.flags["commits"]
    return check_commits(asked, _standard_input("names of commits") if asked == "-" else None, question.settings)


def _merge(question: Question) -> Result:
    from .commits import check_merge

    keep_sources(question.settings, question.flags, ())
    return check_merge(question.flags["merge"], question.settings)


def _hook(question: Question) -> Result:
    from ..gates.hook import check_for_hook

    keep_sources(question.settings, question.flags, question.paths)
    return check_for_hook(question.paths, question.settings)


def _stdin(question: Question) -> Result:
    from ..check import check_stdin

    keep_sources(question.settings, question.flags, question.paths)
    return check_stdin(_standard_input("a source"), question.settings)


def _tracked(question: Question) -> Result:
    from ..gates.tracked import check_tracked

    keep_sources(question.settings, question.flags, question.paths)

    def on_disk(paths: list[str]) -> Result:
        return check_tracked(paths or ["."], question.settings)

    return _pushed(question, on_disk) or on_disk(question.paths)


def _found(question: Question) -> Result:
    """Paths, and what lies below them; archives among them are looked into."""
    paths, settings = question.paths, question.settings
    if archives_among(paths):
        return _shipped(question)
    keep_sources(settings, question.flags, paths)
    from ..check import check_paths

    def on_disk(paths: list[str]) -> Result:
        return _noted(paths, check_paths(paths or ["."], settings, _follow(question.how)))

    return _pushed(question, on_disk) or on_disk(paths)


def _noted(paths: Sequence[str], result: Result) -> Result:
    """`result`, with a note for each of `paths` that is broken and does not look like Python."""
    from ..sources.file_types import NOTEBOOK, looks_like_python
    from ..sources.selection import slashed

    broken = {one.path for one in result.diagnostics if one.severity == "error"}
    others = [path for path in paths if slashed(path) in broken and not path.endswith(NOTEBOOK)]
    notes = (
        f"{path} does not look like Python, and was judged because it is named"
        for path in others if not looks_like_python(path)
    )  # fmt: skip
    return result.evolve(notices=(*result.notices, *notes))


def _pushed(question: Question, on_disk: Callable[[list[str]], Result]) -> Result | None:
    """What is pushed, where pre-commit runs this before a push, and ``on_disk(paths)`` for other paths; else None."""
    if not os.environ.get("PRE_COMMIT_REMOTE_BRANCH"):
        return None
    from .commits import check_pushed

    return check_pushed(os.environ, question.paths, question.settings, on_disk)


def _shipped(question: Question) -> Result:
    from ..gates.ship import archives_in, check_with_archives

    paths, flags, settings = question.paths, question.flags, question.settings
    keep_sources(settings, flags, paths)
    archives = archives_among(paths)
    plain = [path for path in paths if path not in archives]
    archives += archives_in(flags.get("archives", ()), may_be_none=bool(os.environ.get("PRE_COMMIT")))
    return check_with_archives(plain, archives, settings, for_archives(flags, settings))


TOGETHER = 8192
"""Names of a list that are judged at once, while the program that writes the list may go on."""


def _listed(question: Question) -> Result:
    """The files that a list names; none is an answer, too."""
    from itertools import islice

    from ..gates.joined import joined
    from ..sources.name_list import read_names

    flags = question.flags
    keep_sources(question.settings, flags, () if flags["files_from"] == "-" else (flags["files_from"],))
    others = {**flags, "files_from": None, "null": False}
    results = []
    with _list_of_files(flags["files_from"]) as file:
        names = read_names(file, null=flags["null"])
        while some := ["./-" if name == "-" else name for name in islice(names, TOGETHER)]:
            results.append(answer(some, others, question.settings, question.how))
    if not results:
        from .output import note

        note("nothing was checked: the list of files is empty")
    return joined(results, sum(result.summary.seconds for result in results))


def _list_of_files(path: str) -> IO[bytes]:
    if path == "-":
        if sys.stdin is None:
            raise UsageError("standard input cannot be read: it is closed", _SEND)
        from .output import waiting_for

        waiting_for("names of files, one a line")
        return open(sys.stdin.fileno(), "rb", closefd=False)
    try:
        return open(path, "rb")
    except OSError as error:
        raise UsageError(f"--files-from {path}: {error.strerror}", "name a list that can be read, or -") from None


def _installed(question: Question) -> Result:
    from ..gates.installed import check_installed

    settings = for_archives(question.flags, question.settings)
    if "warnings" not in question.flags and "SYNTAX_GUARD_WARNINGS" not in os.environ:  # of other people's code
        settings = type(settings)(**{**vars(settings), "warnings": "ignore"})
    return check_installed(question.paths, settings)


KINDS: dict[str, Callable[[Question], Result]] = {
    "--files-from": _listed,
    "--commits": _commits,
    "--merge": _merge,
    "--installed": _installed,
    "--hook": _hook,
    "--tracked": _tracked,
    "--archives": _shipped,
    STDIN: _stdin,
    PATH: _found,
}
"""What judges each kind of source, by the argument that asks for it; the first that is given counts.

``--staged`` is not here: for it, git starts before anything else is imported (`commands/check.py`).
"""


_SEND = "send what - stands for: a source, or a list of names"


def archives_among(paths: Sequence[str]) -> list[str]:
    """Those of `paths` that are archives: wheels, source distributions, zip applications …"""
    doubtful = [path for path in paths if not path.endswith((".py", ".pyi"))]
    if not doubtful:
        return []
    from ..sources.archives.recognise import is_archive

    return [path for path in doubtful if is_archive(path)]


def for_archives(flags: dict[str, Any], settings: Settings) -> Settings:
    """`settings` for archives, which name their own targets, unless a flag or a variable does."""
    named = "target_version" in flags or "SYNTAX_GUARD_TARGET_VERSION" in os.environ
    return settings if named else type(settings)(**{**vars(settings), "target_version": ()})


def keep_sources(settings: Settings, flags: dict[str, Any], paths: Sequence[str]) -> None:
    """Refuse to write the report over one of `paths`, which are judged, or over the settings."""
    if settings.output_file:
        from ..config.settings import file_in_use
        from .report_file import refuse_sources

        file = file_in_use(flags, os.environ, os.getcwd())
        refuse_sources(settings.output_file, paths, file, settings.setting("output-file"))


def _standard_input(what: str) -> bytes:
    from ..sources.readers import SIZE_LIMIT
    from .output import waiting_for

    waiting_for(what)
    try:
        data: bytes | None = sys.stdin.buffer.read(SIZE_LIMIT + 1) if sys.stdin else None
    except OSError as error:
        raise UsageError(f"standard input cannot be read: {error.strerror}", _SEND) from None
    if data is None:
        raise UsageError("standard input cannot be read: it is closed", _SEND)
    if len(data) > SIZE_LIMIT:
        raise UsageError(f"standard input is larger than {SIZE_LIMIT >> 20} MiB", "send one source at a time")
    return data


def _follow(how: Printing | None) -> Follow | None:
    """What shows how far a run is, on a terminal."""
    if how is None or not how.progress:
        return None
    from .progress import shown

    return shown
