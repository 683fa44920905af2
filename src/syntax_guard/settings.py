"""Flags, environment and ``pyproject.toml`` become one frozen `Settings`. A flag wins over a variable over the file."""

from __future__ import annotations

import os

from .errors import SettingsError
from .model import Record
from .store import Store, default_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Literal

FILE = "pyproject.toml"
FORMATS = ("full", "concise", "json", "json-lines", "github", "gitlab", "sarif", "junit", "rdjson")
WARNINGS = ("ignore", "report", "error")


class Settings(Record):
    """What a run was asked to do."""

    target_version: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Patterns of ``.gitignore``, relative to `root`."""
    expected_broken: tuple[str, ...] = ()
    """Likewise: files that are broken on purpose. Each must still be broken."""
    notebooks: bool = False
    """Whether a search finds Jupyter notebooks, too; one that is named is read in any case."""
    warnings: Literal["ignore", "report", "error"] = "report"
    output_format: str | None = None
    """None: ``github`` in a GitHub workflow, else ``full``."""
    output_file: str | None = None
    jobs: int | None = None
    """Processes that judge; None: as many as this process may use CPUs."""
    cache: bool = True
    cache_dir: str | None = None
    """Where verdicts are remembered; None: nowhere. `load` fills in the user's cache folder."""
    cache_key: bytes = b""
    """A secret, or nothing: what was remembered under one key counts under no other."""
    time_limit: float = 30.0
    """Seconds that a source may take."""
    memory_limit: int = 4096
    """MiB of address space that a worker may use; 0: any."""
    statistics: bool = False
    quiet: bool = False
    verbose: bool = False
    color: Literal["auto", "always", "never"] = "auto"
    stdin_filename: str = "<stdin>"
    requires_python: str | None = None
    """``project.requires-python`` of the file, or Poetry's own, translated."""
    root: str = "."
    """The folder of the settings file, or the current one: what patterns are relative to."""

    def for_this_interpreter(self) -> Settings:
        """The same, asking about the Python that runs this and no other."""
        return Settings(**{**vars(self), "target_version": (), "python": (), "requires_python": None})


class Option(Record):
    """One setting: where it may stand, and how its value is read. The command line, the file and the docs follow it."""

    name: str
    """As in ``--name``, ``name = …`` and ``SYNTAX_GUARD_NAME``."""
    read: Callable[[Any, str], Any]
    """Turns a value from any place, named in the second argument, into the field's type, or raises `SettingsError`."""
    help: str
    metavar: str | None = None
    choices: tuple[str, ...] = ()
    repeats: bool = False
    on: bool = False
    """For what is true or false: whether it is true by default, so that the flag says ``--no-name``."""
    in_file: bool = True
    """False for what the repository under check has no say in: programs to start, places to write to, the terminal."""

    @property
    def field(self) -> str:
        return self.name.replace("-", "_")

    @property
    def flags(self) -> tuple[str, ...]:
        return (f"--no-{self.name}" if self.on else f"--{self.name}",)

    @property
    def variable(self) -> str:
        return "SYNTAX_GUARD_" + self.field.upper()


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else text[:97] + "..."


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise SettingsError(f"{where}: expected a string that is not empty")
    return value


def _texts(value: Any, where: str) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, (list, tuple)):
        raise SettingsError(f"{where}: expected a string or a list of strings")
    return tuple(_text(one, where) for one in values)


def _versions(value: Any, where: str) -> tuple[str, ...]:
    return tuple(part.strip() for one in _texts(value, where) for part in one.split(",") if part.strip())


def _choice(*choices: str) -> Callable[[Any, str], str]:
    def read(value: Any, where: str) -> str:
        if value not in choices:
            raise SettingsError(
                f"{where}: {_shown(value)} is none of {', '.join(choices)}", did_you_mean(value, choices)
            )
        return str(value)

    return read


def _flag(value: Any, where: str) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("1", "true", "yes", "on"):
        return True
    if isinstance(value, str) and value.lower() in ("", "0", "false", "no", "off"):
        return False
    raise SettingsError(f"{where}: expected true or false, not {_shown(value)}")


def _number(low: float, high: float, kind: type) -> Callable[[Any, str], Any]:
    def read(value: Any, where: str) -> Any:
        try:
            number = kind(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None
        except (ValueError, OverflowError):
            number = None
        if number is None or not low <= number <= high:
            raise SettingsError(f"{where}: expected a number from {low:g} to {high:g}, not {_shown(value)}")
        return number

    return read


OPTIONS = (
    Option("target-version", _versions, "Python version to ask about, such as 3.9; several with commas or repeated",
           "VERSION", repeats=True),
    Option("python", _texts, "the very interpreter to ask: a path, or a name on PATH", "PATH",
           repeats=True, in_file=False),
    Option("exclude", _texts, "leave out what this .gitignore pattern matches", "PATTERN", repeats=True),
    Option("expected-broken", _texts, "files that are broken on purpose, and must still be", "PATTERN", repeats=True),
    Option("notebooks", _flag, "find Jupyter notebooks, too; one that is named is read in any case"),
    Option("warnings", _choice(*WARNINGS), "what to do with the compiler's warnings", choices=WARNINGS),
    Option("output-format", _choice(*FORMATS), "how findings are written", choices=FORMATS),
    Option("output-file", _text, "write the findings to this file instead of standard output", "FILE", in_file=False),
    Option("jobs", _number(1, 1024, int), "processes that judge (default: the CPUs this process may use)", "N"),
    Option("time-limit", _number(0.1, 86400, float), "seconds that one source may take (default 30)", "SECONDS"),
    Option("memory-limit", _number(0, 1 << 24, int), "MiB that a judging process may use, 0 for any (default 4096)",
           "MIB"),
    Option("cache", _flag, "neither use nor keep remembered verdicts", on=True),
    Option("cache-dir", _text, "where verdicts are remembered", "DIR", in_file=False),
    Option("statistics", _flag, "count the findings by code and by target", in_file=False),
    Option("quiet", _flag, "findings only, no summary", in_file=False),
    Option("verbose", _flag, "say more about how the run went", in_file=False),
    Option("color", _choice("auto", "always", "never"), "colour findings", choices=("auto", "always", "never"),
           in_file=False),
    Option("stdin-filename", _text, "the name that standard input is reported under", "NAME", in_file=False),
)  # fmt: skip


def load(flags: Mapping[str, Any], environ: Mapping[str, str], folder: str) -> Settings:
    """Put together the settings of a run that stands in `folder`.

    `flags` holds what the command line gave, by field name, and may hold ``config`` (the path of the settings file)
    and ``isolated`` (use none). Raises `SettingsError` for a value that cannot be used, wherever it stands.
    """
    isolated = _flag(flags.get("isolated", environ.get("SYNTAX_GUARD_ISOLATED", "")), "SYNTAX_GUARD_ISOLATED")
    named = flags.get("config") or environ.get("SYNTAX_GUARD_CONFIG")
    if named and not os.path.isfile(named):
        raise SettingsError(f"no such settings file: {named}")
    path = None if isolated else named or nearest(folder)
    values: dict[str, Any] = {}
    cache_dir = _cache_dir(flags, environ)
    cache_key = os.fsencode(environ.get("SYNTAX_GUARD_CACHE_KEY", ""))
    if path:
        from .pyproject import read_settings

        values = read_settings(path, Store(cache_dir, cache_key))
        values["root"] = os.path.dirname(os.path.abspath(path))
    else:
        values["root"] = os.path.abspath(folder)
    for option in OPTIONS:
        if option.variable in environ:
            value: Any = environ[option.variable]
            if option.repeats:
                value = [part for part in value.split(os.pathsep if option.name == "python" else ",") if part]
            values[option.field] = option.read(value, option.variable)
        if option.field in flags:
            values[option.field] = option.read(flags[option.field], option.flags[0])
    if values.get("cache", True):
        values["cache_dir"] = cache_dir
        values["cache_key"] = cache_key
    return Settings(**values)


def _cache_dir(flags: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
    """The cache folder, which a settings file has no say in, or None where flags and environment want none."""
    cache = flags.get("cache", _flag(environ.get("SYNTAX_GUARD_CACHE", "1"), "SYNTAX_GUARD_CACHE"))
    named = flags.get("cache_dir") or environ.get("SYNTAX_GUARD_CACHE_DIR")
    return (named or default_folder(environ)) if cache else None


def nearest(folder: str) -> str | None:
    """Path of the ``pyproject.toml`` in `folder` or the closest folder above it, up to the top of its repository."""
    folder = os.path.abspath(folder)
    while True:
        path = os.path.join(folder, FILE)
        if os.path.lexists(path) and not os.path.isdir(path):  # what cannot be read is an error, not a miss
            return path
        above = os.path.dirname(folder)
        if above == folder or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = above


def did_you_mean(given: object, known: tuple[str, ...]) -> str:
    """A hint for a name or value that is none of those `known`."""
    import difflib

    close = difflib.get_close_matches(str(given)[:100], known, 1, 0.5)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
