"""The table of settings: what each is called, where it may stand, and how its value is read."""

from __future__ import annotations

from .errors import SettingsError
from .model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FORMATS = ("full", "concise", "json", "json-lines", "github", "gitlab", "sarif", "junit", "rdjson")
WARNINGS = ("ignore", "report", "error")


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


def truth(value: Any, where: str) -> bool:
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
    Option("notebooks", truth, "find Jupyter notebooks, too; one that is named is read in any case"),
    Option("warnings", _choice(*WARNINGS), "what to do with the compiler's warnings", choices=WARNINGS),
    Option("output-format", _choice(*FORMATS), "how findings are written", choices=FORMATS),
    Option("output-file", _text, "write the findings to this file instead of standard output", "FILE", in_file=False),
    Option("jobs", _number(1, 1024, int), "processes that judge (default: the CPUs this process may use)", "N"),
    Option("time-limit", _number(0.1, 86400, float), "seconds that one source may take (default 30)", "SECONDS"),
    Option("memory-limit", _number(0, 1 << 24, int), "MiB that a judging process may use, 0 for any (default 4096)",
           "MIB"),
    Option("cache", truth, "neither use nor keep remembered verdicts", on=True),
    Option("cache-dir", _text, "where verdicts are remembered", "DIR", in_file=False),
    Option("trust-bytecode", truth, "take a current .pyc of this interpreter as proof", in_file=False),
    Option("write-bytecode", truth, "leave the compiled code for imports, as images want it", in_file=False),
    Option("statistics", truth, "count the findings by code and by target", in_file=False),
    Option("quiet", truth, "findings only, no summary", in_file=False),
    Option("verbose", truth, "say more about how the run went", in_file=False),
    Option("color", _choice("auto", "always", "never"), "colour findings", choices=("auto", "always", "never"),
           in_file=False),
    Option("stdin-filename", _text, "the name that standard input is reported under", "NAME", in_file=False),
)  # fmt: skip


def did_you_mean(given: object, known: tuple[str, ...]) -> str:
    """A hint for a name or value that is none of those `known`."""
    import difflib

    close = difflib.get_close_matches(str(given)[:100], known, 1, 0.5)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
