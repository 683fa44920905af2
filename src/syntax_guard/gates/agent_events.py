"""What the hook protocols of coding agents say: which files were written, and how the agent is answered.

One row of `PROTOCOLS` is one protocol, as its documentation has it (docs/agents.md has the links).
"""

from __future__ import annotations

import os

from ..errors import SourcesError
from ..model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, TypeAlias

    Kind: TypeAlias = Literal["edit", "stop"]
    Keys: TypeAlias = tuple[str, ...]

NO_WRITERS = frozenset({
    "Read", "Grep", "Glob", "LS", "NotebookRead", "WebFetch", "WebSearch", "Task",
    "view", "grep", "glob", "web_fetch", "task", "ask_user",
    "read_file", "read_many_files", "list_directory", "search_file_content", "grep_search",
})  # fmt: skip
"""Tools of agents that name a path and write nothing there."""


class Answer(Record):
    """How an agent is told that files are broken."""

    code: int
    """The exit code that has the agent read the text."""
    field: str | None = None
    """The field of a JSON object on standard output that holds the text; None: it stands on standard error."""
    more: tuple[tuple[str, str], ...] = ()
    """Other fields of that object."""


ON_STANDARD_ERROR = Answer(2)
UNHEARD = Answer(0)
"""For an event whose answer the agent ignores: the text is for the log. The stop event tells the agent."""


class Protocol(Record):
    """How one agent calls its hooks."""

    name: str
    edits: dict[str, Answer]
    """The events after a file was written, by name, each with how it is answered."""
    stops: dict[str, Answer]
    """The events at which the agent wants to stop."""
    event: str = "hook_event_name"
    """The field that holds the name of the event. Where a protocol has none, `marks` tells the events."""
    marks: tuple[tuple[str, Keys], ...] = ()
    """Names of events that the payload does not hold, each with the fields that only such a payload has."""
    paths: tuple[Keys, ...] = (("tool_input", "file_path"), ("tool_input", "notebook_path"), ("tool_input", "path"))
    """Where the paths of written files are."""
    tool: str = "tool_name"
    """The field that holds the name of the tool that was used."""
    folders: tuple[Keys, ...] = (("cwd",),)
    """Where the folder is in which the agent works."""
    repeats: str = "stop_hook_active"
    """The field that says, true or above 0, that the agent goes on because of this hook; none: it does not say."""
    counts: bool = False
    """Whether that field is a number."""
    names_path: bool = False
    """Whether each edit names a file; else a tool may have written none."""


PROTOCOLS = (
    Protocol(
        "Claude Code",
        edits={"PostToolUse": ON_STANDARD_ERROR},
        stops={"Stop": ON_STANDARD_ERROR, "SubagentStop": ON_STANDARD_ERROR},
    ),
    Protocol("Gemini CLI", edits={"AfterTool": ON_STANDARD_ERROR}, stops={"AfterAgent": ON_STANDARD_ERROR}),
    Protocol(
        "Cursor",
        edits={"afterFileEdit": UNHEARD},
        stops={"stop": Answer(0, "followup_message")},
        paths=(("file_path",),),
        folders=(("workspace_roots", "0"), ("cwd",)),
        repeats="loop_count",
        counts=True,
        names_path=True,
    ),
    Protocol(
        "GitHub Copilot",
        edits={"postToolUse": UNHEARD},
        stops={"agentStop": Answer(0, "reason", (("decision", "block"),))},
        event="",
        marks=(
            ("postToolUse", ("toolName", "toolArgs", "toolResult")),
            ("agentStop", ("transcriptPath", "stopReason")),
        ),
        paths=(("toolArgs", "path"),),
        tool="toolName",
        repeats="",
    ),
    Protocol(
        "Windsurf",
        edits={"post_write_code": ON_STANDARD_ERROR},
        stops={},
        event="agent_action_name",
        paths=(("tool_info", "file_path"),),
        folders=(("tool_info", "cwd"), ("cwd",)),
        names_path=True,
    ),
)


class Event(Record):
    """What an agent has done, or is about to do."""

    agent: str
    kind: Kind
    paths: tuple[str, ...]
    """The files that were written, as the agent names them; none where it does not say."""
    folder: str | None
    """Where the agent works."""
    answer: Answer
    session: str
    """What tells this conversation from others; empty where the agent does not say."""
    repeats: bool | None
    """Whether the agent goes on because of an earlier answer at a stop; None where it does not say."""


class UnknownEvent(Record):
    """An event that is not looked at, and the name that it gives itself."""

    name: str


def read(payload: bytes) -> Event | UnknownEvent:
    """The event in `payload`, the JSON that an agent sends.

    Raises:
        SourcesError: It is no such JSON, or something in it is of another type than its protocol has.
    """
    import json

    try:
        said = json.loads(payload, parse_int=_number)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise SourcesError("standard input holds no event of an agent", "send the agent's event, a JSON object")
    for protocol in PROTOCOLS:
        name = _event(protocol, said)
        if name in protocol.edits:
            return _read(protocol, said, "edit", protocol.edits[name])
        if name in protocol.stops:
            return _read(protocol, said, "stop", protocol.stops[name])
    names = (_typed(said, (protocol.event,), str) for protocol in PROTOCOLS if protocol.event)
    return UnknownEvent(next(filter(None, names), ""))


def _event(protocol: Protocol, said: dict[str, Any]) -> str:
    if protocol.event:
        return _typed(said, (protocol.event,), str) or ""
    return next((name for name, fields in protocol.marks if all(field in said for field in fields)), "")


def _read(protocol: Protocol, said: dict[str, Any], kind: Kind, answer: Answer) -> Event:
    writes = kind == "edit" and _typed(said, (protocol.tool,), str) not in NO_WRITERS
    paths = [path for path in (_path(said, keys) for keys in protocol.paths) if path] if writes else []
    if writes and not paths and (protocol.names_path or _at(said, protocol.paths[0][:1]) is None):
        raise _unusable(protocol.paths[0], "the file that was written")
    folder = next(filter(None, (_path(said, keys) for keys in protocol.folders)), None)
    session = next(filter(None, (_typed(said, (name,), str) for name in _SESSIONS)), "")
    return Event(protocol.name, kind, tuple(dict.fromkeys(paths)), folder, answer, session, _repeats(protocol, said))


_SESSIONS = ("session_id", "sessionId", "conversation_id", "trajectory_id")
_WANTED = {str: "a string", bool: "true or false", int: "a number"}


def _repeats(protocol: Protocol, said: dict[str, Any]) -> bool | None:
    if not protocol.repeats:
        return None
    return bool(_typed(said, (protocol.repeats,), int if protocol.counts else bool))


def _path(said: dict[str, Any], keys: Keys) -> str:
    """The path at `keys`, or nothing. Raises `SourcesError` for another value there."""
    path: str = _typed(said, keys, str) or ""
    try:
        usable = b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        usable = False
    if not usable:
        raise _unusable(keys, "a path that the system can have")
    return path


def _typed(said: dict[str, Any], keys: Keys, wanted: type) -> Any:
    """The value at `keys`, of the type that is `wanted`, or None. Raises `SourcesError` for another value there."""
    value = _at(said, keys)
    if value is not None and type(value) is not wanted:
        raise _unusable(keys, _WANTED[wanted])
    return value


def _at(said: dict[str, Any], keys: Keys) -> Any:
    """What stands at `keys`, also in JSON that is within a string; None where nothing is there.

    Raises `SourcesError` where a value on the way can hold nothing.
    """
    value: Any = said
    for place, key in enumerate(keys):
        if isinstance(value, str) and value:
            value = _object(value)
        if isinstance(value, dict) and not key.isdigit():
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit():
            value = value[int(key)] if int(key) < len(value) else None
        elif value is None:
            return None
        else:
            raise _unusable(keys[:place], "a list" if key.isdigit() else "an object")
    return value


def _unusable(keys: Keys, wanted: str) -> SourcesError:
    return SourcesError(
        f"the agent's event cannot be read: {'.'.join(keys)} is not {wanted}",
        "nothing was judged: update syntax-guard, or correct the hook",
    )


def _number(text: str) -> int:
    return int(text) if len(text) < 20 else 0  # to read a million digits takes minutes


def _object(text: str) -> Any:
    import json

    try:
        return json.loads(text, parse_int=_number)
    except (ValueError, RecursionError):
        return text
