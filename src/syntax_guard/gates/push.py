"""The gates at a push: before it leaves a clone, and on the server that receives it."""

from __future__ import annotations

from ..errors import GitError, UsageError
from ..model import Record, Result, Summary
from ..regex import regex
from ..sources.git_changes import lies_below
from ..sources.git_history import CommittedEntry
from ..sources.git_links import SUBMODULE, may_be_python
from ..sources.git_trees import TwoEntriesError
from .commits import check_commit_tree, check_entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..config.settings import Settings
    from ..sources.git_history import History, Redeclared

NO_INTERPRETER = "no-interpreter"
BRANCHES = "refs/heads/"
JUDGED = (BRANCHES, "refs/tags/")
"""Where the refs are whose commits are judged. What a server keeps elsewhere is its own."""
MOST_TIPS = 64
"""So many tips that hold some of the pushed files have their declarations read, the newest first. Without the others
more is judged, but a push is answered in time where there are thousands of tags."""
SHOWN = 200
"""Characters of a line that an error shows."""
_OBJECT = regex(r"[0-9a-f]{40}|[0-9a-f]{64}")
_CHARACTER = r"[^\0- \x7f~^:?*\[\\]"
_REF = regex(rf"refs/(?!.*(?:\.\.|//|/\.|@{{)){_CHARACTER}*(?![/.]){_CHARACTER}")
"""The full name of a ref, as git-check-ref-format(1) has it."""


class Update(Record):
    """What a push does to one ref of the repository that receives it."""

    ref: str
    """Its full name there, such as ``refs/heads/main``."""
    old: str
    """The full name of the object that it names before the push; zeros for a new ref."""
    new: str
    """That of the object that it is to name; zeros for a ref that is deleted."""

    @property
    def deletes(self) -> bool:
        """Whether the ref goes."""
        return not self.new.strip("0")

    @property
    def creates(self) -> bool:
        """Whether the ref is new."""
        return not self.old.strip("0")


def update_of(ref: str, old: str, new: str) -> Update:
    """Make the update of a ref, from names that git hands over.

    Args:
        ref: The full name of the ref.
        old: The full name of the object that it names before the push; zeros for none.
        new: That of the object that it is to name; zeros for none.

    Returns:
        The update.

    Raises:
        UsageError: Git writes no such name.
    """
    if not _REF.fullmatch(ref):
        raise UsageError(
            f"no update of a ref: {ref[:SHOWN]!r} is not the full name of a ref",
            "write it in full, such as refs/heads/main",
        )
    for name in (old, new):
        if not _OBJECT.fullmatch(name) or len(name) != len(new):
            said = f"no update of a ref: {ref[:SHOWN]}: {name[:SHOWN]!r} is not the full name of an object"
            raise UsageError(said, "that has 40 hexadecimal digits, or 64")
    return Update(ref, old, new)


def received(lines: Iterable[str]) -> Iterator[Update]:
    """The updates that git tells a ``pre-receive`` hook in `lines`: ``old new ref``, one a line.

    See githooks(5).

    Raises:
        UsageError: A line is no such update, or there is none.
    """
    line = None
    for line in lines:
        fields = line.split(" ")
        if len(fields) != 3:
            raise UsageError(f"no update of a ref: {line[:SHOWN]!r}", "pass on the lines of git: `old new ref`")
        yield update_of(fields[2], fields[0], fields[1])
    if line is None:  # git runs no such hook for nothing
        raise UsageError("no update of a ref is on standard input", "pass on the lines that git writes to the hook")


def pushed(lines: Iterable[str]) -> Iterator[Update]:
    """The updates that git tells a ``pre-push`` hook in `lines`: ``local-ref new remote-ref old``, one a line.

    See githooks(5).

    Raises:
        UsageError: A line is no such update.
    """
    for line in lines:
        fields = line.rsplit(" ", 3)  # the first field may be several words
        if len(fields) != 4 or not fields[0].strip():
            said = f"no update of a ref: {line[:SHOWN]!r}"
            raise UsageError(said, "pass on the lines of git: `local-ref new remote-ref old`")
        yield update_of(fields[2], fields[3], fields[1])


def check_pushed(history: History, updates: Iterable[Update], settings: Settings) -> Iterator[tuple[Update, Result]]:
    """Ask about all that each new tip of a push holds, each tip once.

    Args:
        history: The clone that pushes.
        updates: The refs that move. Those that are deleted bring nothing.
        settings: Flags and variables.

    Yields:
        Each update that brings something, with the result.

    Raises:
        GitError: Git fails.
        SettingsError: A table of ours in a tip cannot be used.
        TargetError: A target that flags, variables or such a table name has no interpreter.
    """
    known: set[str] = set()
    for update in updates:
        tip = None if update.deletes else _tip(history, update)
        if tip is not None and tip not in known:
            known.add(tip)
            yield update, check_commit_tree(history, tip, settings)


def check_received(
    history: History, updates: Iterable[Update], settings: Settings, *, every_commit: bool
) -> Iterator[tuple[Update, Result]]:
    """Ask about what a push brings along.

    Judged are the files at the new tip that no tip of a branch or a tag of the repository has: what is broken there
    stops no push.

    Args:
        history: The repository that receives.
        updates: The refs that move. Those that are deleted, or outside of heads and tags, bring nothing.
        settings: Its `unanswered` may say that files which no Python here can be asked about are a notice.
        every_commit: Whether the files that each new commit adds or changes are judged as well.

    Yields:
        Each update that brings something, with the result.

    Raises:
        GitError: Git fails.
        SettingsError: A table of ours in a commit cannot be used.
        TargetError: A target that flags, variables or such a table name has no interpreter.
    """
    for update in updates:
        if update.deletes or not update.ref.startswith(JUDGED):
            continue
        tip = _tip(history, update)
        if tip is not None:
            brought = _brought(history, tip, update, every_commit=every_commit)
            result = check_entries(history, brought, settings)
            yield update, _noted(result) if settings.unanswered == "note" else result


def _tip(history: History, update: Update) -> str | None:
    """The commit that `update` brings; None for a tag of something else.

    Raises `GitError` where git lacks the object, and where a branch would name something other than a commit.
    """
    kind = history.kind(update.new)
    if kind != "commit" and update.ref.startswith(BRANCHES):
        raise GitError(f"{update.ref}: {update.new} is a {kind}", "a branch names a commit")
    return history.peeled(update.new)


def _noted(result: Result) -> Result:
    """`result` with a notice for all the files that no Python here can be asked about, and no finding for each."""
    unasked = [one for one in result.diagnostics if one.code == NO_INTERPRETER]
    if not unasked:
        return result
    first = unasked[0]
    others = f", and {len(unasked) - 1} more" if len(unasked) > 1 else ""
    changed = {
        "diagnostics": tuple(one for one in result.diagnostics if one.code != NO_INTERPRETER),
        "summary": Summary(**{**vars(result.summary), "undecided": result.summary.undecided - len(unasked)}),
        "notices": (*result.notices, f"not judged here: {first.name}{others}: {first.message}"),
    }
    return Result(**{**vars(result), **changed})


def _brought(
    history: History, tip: str, update: Update, *, every_commit: bool
) -> Callable[[Redeclared], Iterator[CommittedEntry]]:
    def entries(redeclared: Redeclared) -> Iterator[CommittedEntry]:
        if not update.creates:
            history.kind(update.old)  # refuse, rather than take the ref for a new one
        if every_commit:
            yield from history.changed(history.reached(tip, "--not", "--branches", "--tags"), redeclared)
        old = None if update.creates else history.peeled(update.old)
        yield from _new_at(history, tip, old, redeclared)

    return entries


def _new_at(history: History, tip: str, old: str | None, redeclared: Redeclared) -> Iterator[CommittedEntry]:
    """The files at `tip` that neither `old` nor the tip of a branch or tag has, and those about which it may ask more.

    Older commits do not count: perhaps no tip ever held their files."""
    before = dict.fromkeys((*([old] if old else ()), *history.tips()))
    if tip in before:
        return
    left = []
    for entry in history.held(tip):
        if entry.mode == SUBMODULE:
            yield entry  # for the account
        elif may_be_python(entry.path.rstrip("/"), entry.mode):
            left.append(entry)
    known: dict[str, tuple[str, ...]] = {}
    having = 0
    for commit in before:
        same = _among(history, commit, left)
        if same:
            having += 1
            folders = redeclared(tip, commit)
            left = [entry for entry in left if entry.path not in same or lies_below(entry.path, folders)]
            known.update((path, (*known.get(path, ()), commit)) for path in same)
        if not left or having == MOST_TIPS:
            break
    for entry in left:
        yield CommittedEntry(**{**vars(entry), "known": known.get(entry.path, ())})


def _among(history: History, commit: str, entries: Iterable[CommittedEntry]) -> set[str]:
    """The paths of those of `entries` that `commit` holds as well, with the same content."""
    found = set()
    for entry in entries:
        path = entry.path.rstrip("/")
        try:
            end = history.trees.end(commit, path)
        except TwoEntriesError:  # one of them may be the same, and the other was not judged
            continue
        same = (end.mode, end.blob, end.why_not) == (entry.mode, entry.blob, entry.why_not)
        there = bool(end.blob)  # a link that leads nowhere is like no entry at all: it is named each time
        if there and same and end.passed[:1] == (path,):  # and not by a link to a folder on the way
            found.add(entry.path)
    return found
