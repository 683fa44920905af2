"""The table of settings: what each is called, where it may stand, and how flags and variables say it."""

from __future__ import annotations

import os

from ..errors import SettingsError, TargetError
from ..model import Record
from .formats import FORMAT_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .expected import ExpectedBroken


PATTERNS = ("exclude", "expected_broken", "allow_broken", "percent_scripts")
"""The fields that hold patterns of ``.gitignore``."""
UNANSWERED = ("error", "note")
OF_SERVERS = ("push-time-limit", "unanswered")
"""The settings of the hooks of a server alone."""
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
    """False for what the repository under check must not choose: programs to start, places to write, the terminal."""
    letter: str = ""
    """The flag's short form, without its hyphen."""

    @property
    def field(self) -> str:
        """The name of the field of `Settings`."""
        return self.name.replace("-", "_")

    @property
    def flags(self) -> tuple[str, ...]:
        """The long form, and the short one where there is one."""
        long = f"--no-{self.name}" if self.on else f"--{self.name}"
        return (long, f"-{self.letter}") if self.letter else (long,)

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return "SYNTAX_GUARD_" + self.field.upper()

    @property
    def variable_of_the_flag(self) -> str:
        """`variable`, or the one named after a flag that switches the setting off: ``SYNTAX_GUARD_NO_CACHE``."""
        return "SYNTAX_GUARD_" + self.flags[0][2:].replace("-", "_").upper()


def _shown(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 100 else text[:97] + "..."


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{where}: expected a string, not {_shown(value)}", _in_quotes(value))
    if not value.strip() or "\0" in value:
        raise SettingsError(f"{where}: expected a string that is not empty", "write one, or leave it out")
    return value


def _place(value: Any, where: str) -> str | None:
    """A file; None for ``-``, which is standard output."""
    return None if value == "-" else _text(value, where)


def _in_quotes(value: Any) -> str | None:
    return f'write it in quotes: "{value}"' if isinstance(value, (int, float)) else None


def _texts(value: Any, where: str) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, (list, tuple)):
        raise SettingsError(f"{where}: expected a string or a list of strings", _in_quotes(value))
    return tuple(_text(one, where) for one in values)


def _expected(value: Any, where: str) -> tuple[str | ExpectedBroken, ...]:
    values = [value] if isinstance(value, (str, dict)) else value
    if not isinstance(values, (list, tuple)):
        raise SettingsError(f"{where}: expected a string, a table, or a list of them", 'write ["a string"]')
    if not any(isinstance(one, dict) for one in values):
        return _texts(values, where)
    from .expected import read_table

    return tuple(read_table(one, where) if isinstance(one, dict) else _text(one, where) for one in values)


_CUT = 3.1
"""What is left of 3.10 as a number: no file can mean Python 3.1, which is not answered for."""


def _versions(value: Any, where: str) -> tuple[str, ...]:
    if value == _CUT or (isinstance(value, list) and _CUT in value):
        raise SettingsError(f"{where}: TOML reads 3.10 without quotes as the number 3.1", 'write "3.10"')
    said = [[part.strip() for part in one.split(",") if part.strip()] for one in _texts(value, where)]
    if not all(said):
        raise SettingsError(f"{where}: expected a version, and there is none", "write one, such as 3.9")
    versions = tuple(version for some in said for version in some)
    for version, following in zip(versions, (*versions[1:], ""), strict=False):
        from .specifiers import DECLARED, is_version, parse

        if version != DECLARED:
            try:
                parse(version)
            except TargetError as error:
                dotted = f"{version}.{following}"
                comma = f"write {dotted} with a dot: a comma stands between versions" if is_version(dotted) else None
                raise SettingsError(f"{where}: {error.message}", comma or error.hint) from None
    return versions


def _choice(*choices: str) -> Callable[[Any, str], str]:
    def read(value: Any, where: str) -> str:
        if value not in choices:
            from .near import nearest

            near = nearest(str(value), choices)
            hint = f"did you mean {near}?" if near else None if isinstance(value, str) else f'such as "{choices[0]}"'
            raise SettingsError(f"{where}: {_shown(value)} is none of {', '.join(choices)}", hint)
        return str(value)

    return read


def truth(value: Any, where: str) -> bool:
    """Read true or false, from a file or as a word. Raises `SettingsError`, which names `where`."""
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
            number = kind(value) if _is_number(value) else None
        except (ValueError, OverflowError):
            number = None
        if number is None or not low <= number <= high or (number != value and not isinstance(value, str)):
            raise SettingsError(f"{where}: expected a number from {low} to {high}, not {_shown(value)}")
        return number

    return read


def _is_number(value: Any) -> bool:
    """Whether `value` is a number, or a text of digits: Python takes more, such as ``1_0``."""
    if isinstance(value, str):
        return set(value) <= set("0123456789.-")
    return isinstance(value, (int, float)) and not isinstance(value, bool)


OPTIONS = (
    Option("target-version", _versions, "Python version to ask, such as 3.9; several with commas or repeated",
           "VERSION", repeats=True),
    Option("python", _texts, "the exact interpreter to ask: a path, or a name on PATH", "PATH",
           repeats=True, in_file=False),
    Option("exclude", _texts, "leave out what this .gitignore pattern matches", "PATTERN", repeats=True),
    Option("expected-broken", _expected, "files that are broken on purpose, and must still be", "PATTERN",
           repeats=True),
    Option("allow-broken", _texts, "distributions, or DIST:PATTERN, whose broken files pass in archives and with "
           "--installed", "DIST", repeats=True),
    Option("notebooks", truth, "find Jupyter notebooks too; a notebook that you name is always read"),
    Option("percent-scripts", _texts, "scripts in cells that IPython runs, with its magics", "PATTERN",
           repeats=True),
    Option("warnings", _choice(*WARNINGS), "what to do with the compiler's warnings", choices=WARNINGS),
    Option("output-format", _choice(*FORMAT_NAMES), "how findings are written", choices=FORMAT_NAMES),
    Option("context", _number(0, 100, int), "lines to show before and after the line of a finding (default 0)", "N",
           in_file=False),
    Option("output-file", _place, "write the findings to this file instead of standard output", "FILE", in_file=False,
           letter="o"),
    Option("max-findings", _number(0, 10**9, int), "findings that `run` shows, 0 for all (default 20)", "N"),
    Option("push-time-limit", _number(0, 86400, float), "seconds in which `pre-receive` and `update` answer, or "
           "refuse; 0 for any (default 60)", "SECONDS"),
    Option("unanswered", _choice(*UNANSWERED), "what `pre-receive` and `update` make of files for a Python that is "
           "newer than every Python here", choices=UNANSWERED),
    Option("jobs", _number(1, 1024, int), "processes that judge (default: the CPUs this process may use)", "N",
           letter="j"),
    Option("time-limit", _number(0.1, 86400, float), "seconds that one source may take (default 30)", "SECONDS"),
    Option("memory-limit", _number(0, 1 << 24, int), "MiB that a judging process may use, 0 for any (default 4096)",
           "MIB"),
    Option("cache", truth, "use no remembered verdicts, and keep none", on=True),
    Option("cache-dir", _text, "where verdicts are remembered", "DIR", in_file=False),
    Option("trust-bytecode", truth,
           "accept a .pyc that the Python that runs syntax-guard would load as proof", in_file=False),
    Option("write-bytecode", truth, "write the compiled code for imports, for images", in_file=False),
    Option("run-filters", truth, "let git run its smudge filters on staged files, as a checkout does", in_file=False),
    Option("statistics", truth, "count the findings by code and by target", in_file=False),
    Option("quiet", truth, "findings only, no summary", in_file=False, letter="q"),
    Option("verbose", truth, "say more about how the run went", in_file=False, letter="v"),
    Option("color", _choice("auto", "always", "never"), "colour findings", choices=("auto", "always", "never"),
           in_file=False),
    Option("stdin-filename", _text, "the name that standard input is reported under", "NAME", in_file=False),
)  # fmt: skip


def given(flags: Mapping[str, Any], environ: Mapping[str, str], separator: str = os.sep) -> dict[str, Any]:
    r"""The fields that `flags` and variables set. A flag wins, and a variable that is empty is not set.

    A `separator` in a pattern is read as ``/``: so git.exe reads the ``\`` of its command line, and not that of a file.
    Raises `SettingsError` for a value that cannot be used.
    """
    values: dict[str, Any] = {}
    for option in OPTIONS:
        if option.field in flags:
            values[option.field] = option.read(flags[option.field], option.flags[0])
            continue
        if environ.get(option.variable):
            values[option.field] = option.read(_split(option, environ[option.variable]), option.variable)
        back = option.variable_of_the_flag
        if option.on and environ.get(back) and truth(environ[back], back):
            values[option.field] = False
    for field in values.keys() & PATTERNS:
        values[field] = tuple(pattern.replace(separator, "/") for pattern in values[field])
    return values


def _split(option: Option, text: str) -> Any:
    """What the variable of `option` holds, as a list where it may be given several times."""
    if not option.repeats:
        return text
    parts = text.split(os.pathsep) if option.name == "python" else [part.strip() for part in text.split(",")]
    if not any(map(str.strip, parts)):
        raise SettingsError(f"{option.variable}: it holds no value", "write one, or leave the variable empty")
    return [part for part in parts if part]
