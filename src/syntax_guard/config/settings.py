"""Flags, environment and ``pyproject.toml`` become one frozen `Settings`. A flag wins over a variable over the file."""

from __future__ import annotations

import os
import sys

from ..errors import SettingsError
from ..model import Record
from .repository import is_top

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal

    from .expected import ExpectedBroken

FILE = "pyproject.toml"
COMPOSED = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""Those that say with what an image is built."""
LAID_OVER = tuple(f"{name}.override.{end}" for name in ("compose", "docker-compose") for end in ("yml", "yaml"))
"""The files beside a compose file, in the order in which Docker looks for one to lay over it."""
MISE_LOCAL = "mise.local.toml"
"""The file of mise that a person does not commit."""
DECLARING = (
    "pyproject.toml", "setup.cfg", "setup.py",
    ".python-version", ".tool-versions",
    MISE_LOCAL, "mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml",
    ".config/mise.toml", ".config/mise/config.toml",
    "Pipfile", "Dockerfile", "Containerfile", *COMPOSED, *LAID_OVER,
)  # fmt: skip
"""The files in which a project may declare something, floors first, in the order in which they count."""
_NO_SETTINGS = {"hook", "staged"}
"""Flags on the command line of a commit that set nothing."""
OF_COMPOSE = "compose"
OF_IMAGES = ("ockerfile", "ontainerfile", OF_COMPOSE)
"""Parts of the names of files that may speak for another folder than their own."""
BASELINE = "syntax-guard-baseline.json"
"""The file that says what was broken before; ``config.baseline`` reads it."""
BASELINE_LIMIT = 16 << 20
"""Bytes of the largest one that is read."""
SPEAKING = (*DECLARING, BASELINE)
"""The files that decide what becomes of the files beside and below them."""
OF_A_FILE = (
    "target_version", "requires_python", "exclude", "expected_broken", "warnings", "notebooks", "percent_scripts",
)  # fmt: skip
"""The settings that count for the files below the folder that says so, not for a run."""


def speaks_for(path: str) -> tuple[str, ...]:
    """The folders for which the file at `path` decides, by its name, the widest first; none where it is no file of
    `SPEAKING`. mise finds ``.config/mise.toml`` from two folders, and likewise its file in ``.config/mise``."""
    folder, _, name = path.rpartition("/")
    if name == "config.toml":
        folder, _, name = folder.rpartition("/")
        if name not in ("mise", ".mise"):
            return ()
    elif name not in SPEAKING:
        return ()  # else it may be one of those that mise finds below the folder that they are for
    above, _, last = folder.rpartition("/")
    return (above, folder) if last == ".config" and name in ("mise", "mise.toml") else (folder,)


def folders_of(path: str) -> tuple[str, ...]:
    """The folders for which the file at `path` decides, the widest first: its own, unless its name says otherwise."""
    return speaks_for(path) or (path.rpartition("/")[0],)


def may_declare(path: str) -> bool:
    """Whether the file at `path` may say something of Pythons and of what is let pass, by its name."""
    return bool(speaks_for(path)) or is_of_an_image(path)


def is_of_an_image(path: str) -> bool:
    """Whether the file at `path` may say which Python an image has, by its name, and for any folder."""
    name = path.rpartition("/")[2]
    return any(part in name for part in OF_IMAGES)


class Settings(Record):
    """What a run was asked to do."""

    target_version: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Patterns of ``.gitignore``, relative to `root`."""
    expected_broken: tuple[str | ExpectedBroken, ...] = ()
    """Likewise: files that are broken on purpose. Each must still be broken, for the targets that an entry names."""
    allow_broken: tuple[str, ...] = ()
    """Distributions whose broken files are let pass, each ``NAME`` or ``NAME:PATTERN``."""
    notebooks: bool = False
    """Whether a search finds Jupyter notebooks, too; one that is named is read in any case."""
    percent_scripts: tuple[str, ...] = ()
    """Patterns of ``.gitignore``, relative to `root`: scripts in cells that are judged as IPython runs them."""
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
    """A secret, or nothing: what was remembered under one key counts under no other. Where it is nothing, there is one
    in `state_dir`."""
    state_dir: str | None = None
    """Where a key of this user's own is kept; None: at the system's usual place."""
    trust_bytecode: bool = False
    """Take a ``.pyc`` that this interpreter would load as a proof that its source compiled."""
    scripts: frozenset[tuple[int, ...]] = frozenset()
    """Identities of files that are started, not imported: for these, no interpreter loads a ``.pyc``."""
    write_bytecode: bool = False
    """Leave the code that this interpreter compiled where an import looks for it."""
    bytecode_by: Literal["time", "hash"] = "time"
    """How that names its source. `load` chooses as ``py_compile`` does: by hash where SOURCE_DATE_EPOCH is set, since
    such a builder changes the times of files once they are written."""
    run_filters: bool = False
    """Let git run the filters that its configuration names on staged files."""
    time_limit: float = 30.0
    """Seconds that a source may take."""
    memory_limit: int = 4096
    """MiB of address space that a worker may use; 0: any."""
    max_findings: int | None = None
    """Findings that the start gate shows; 0: all, None: as many as it thinks fit."""
    push_time_limit: float = 60.0
    """Seconds in which a server's hook answers; past them the push is refused. 0: any."""
    unanswered: Literal["error", "note"] = "error"
    """What such a hook makes of files that no Python there can be asked about."""
    context: int = 0
    """Lines before and after that of a finding."""
    statistics: bool = False
    quiet: bool = False
    verbose: bool = False
    color: Literal["auto", "always", "never"] = "auto"
    stdin_filename: str = "<stdin>"
    requires_python: str | None = None
    """``project.requires-python`` of the file, or Poetry's own, translated."""
    root: str = "."
    """The folder of the settings file, or the current one: what patterns are relative to."""

    projects: bool = False
    """Whether the folders above each file say which Pythons are asked about it, and more; see ``config.projects``."""
    overrides: frozenset[str] = frozenset()
    """The fields that flags and variables set: no project changes them."""
    by_variable: frozenset[str] = frozenset()
    """Those of `overrides` that a variable set."""

    def setting(self, name: str) -> str:
        """Name a setting as a message should.

        Args:
            name: The setting, such as ``target-version``.

        Returns:
            Its variable if that set it, else its flag.
        """
        field = name.replace("-", "_")
        return f"SYNTAX_GUARD_{field.upper()}" if field in self.by_variable else f"--{name}"

    def for_this_interpreter(self) -> Settings:
        """Ask about the Python that runs this, and no other.

        Returns:
            The same settings, with that one target.
        """
        return self.for_interpreter(None)

    def for_interpreter(self, python: str | None) -> Settings:
        """Ask about one executable, and no other.

        Args:
            python: Its path; None for the Python that runs this.

        Returns:
            The same settings, with that one target.
        """
        overrides = self.overrides | {"target_version"}
        asked = (python,) if python else ()
        changed = {"target_version": (), "python": asked, "requires_python": None, "overrides": overrides}
        return Settings(**{**vars(self), **changed})


def load(flags: Mapping[str, Any], environ: Mapping[str, str], folder: str) -> Settings:
    """Put together the settings of a run.

    Args:
        flags: What the command line gave, by field name. ``config`` is the path of the settings file, ``isolated``
            means that none is used.
        environ: Environment variables.
        folder: Where the run stands.

    Returns:
        The settings. A flag wins over a variable, and a variable over the file.

    Raises:
        SettingsError: A value cannot be used, wherever it stands.
    """
    said = _said(flags, environ)
    path = file_in_use(flags, environ, folder)
    values: dict[str, Any] = {"root": os.path.abspath(folder)}
    cache_dir = _cache_dir(flags, environ)
    cache_key = os.fsencode(environ.get("SYNTAX_GUARD_CACHE_KEY", ""))
    if path:
        from ..storage.key import cache_key as own_key
        from ..storage.store import Store
        from .pyproject import read_settings

        key = own_key(cache_key, state_folder(environ)) if cache_dir else b""
        values = read_settings(path, Store(cache_dir, key))
        values["root"] = os.path.dirname(os.path.abspath(path))
    named = flags.get("config") or environ.get("SYNTAX_GUARD_CONFIG")
    values["projects"] = not named and not _isolated(flags, environ)
    if values["projects"]:  # each file hears them from the folders above it
        values = {field: value for field, value in values.items() if field not in OF_A_FILE}
    values.update(said)
    values["overrides"] = frozenset(said)
    values["by_variable"] = frozenset(said.keys() - flags.keys())
    if environ.get("SOURCE_DATE_EPOCH"):
        values["bytecode_by"] = "hash"
    if values.get("cache", True):
        values["cache_dir"] = cache_dir
        values["cache_key"] = cache_key
        values["state_dir"] = state_folder(environ)
    return Settings(**values)


def file_in_use(flags: Mapping[str, Any], environ: Mapping[str, str], folder: str) -> str | None:
    """Find the settings file of a run.

    Args:
        flags: What the command line gave, by field name.
        environ: Environment variables.
        folder: Where the run stands.

    Returns:
        Its path, or None.

    Raises:
        SettingsError: The file that is named does not exist, or two flags contradict each other.
    """
    if "config" in flags and flags.get("isolated"):
        raise SettingsError("--config does not go with --isolated", "use one file, or none")
    named = flags["config"] if "config" in flags else environ.get("SYNTAX_GUARD_CONFIG")
    if (named or "config" in flags) and not os.path.isfile(named or ""):
        setting = "--config" if "config" in flags else "SYNTAX_GUARD_CONFIG"
        why = "not a regular file" if os.path.exists(named or "") else "no such file"
        raise SettingsError(f"{setting}: {why}: {named}", "paths are taken from the current folder")
    return None if _isolated(flags, environ) else named or nearest(folder)


def _said(flags: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """The fields that flags and variables set. Most commits give none, and import nothing to read them."""
    if any(name[:6].upper() == "SYNTAX" for name in environ):
        from .variables import unknown

        unknown(environ)
    elif flags.keys() <= _NO_SETTINGS:
        return {}
    from .options import given

    return given(flags, environ)


def _isolated(flags: Mapping[str, Any], environ: Mapping[str, str]) -> bool:
    return _truth(flags.get("isolated"), environ, "SYNTAX_GUARD_ISOLATED", otherwise=False)


def _cache_dir(flags: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
    """The cache folder, which a settings file cannot set, or None where flags and environment want none."""
    named = flags.get("cache_dir") or environ.get("SYNTAX_GUARD_CACHE_DIR")
    wanted = _truth(flags.get("cache"), environ, "SYNTAX_GUARD_CACHE", otherwise=True)
    if flags.get("cache") is None and _truth(None, environ, "SYNTAX_GUARD_NO_CACHE", otherwise=False):
        wanted = False
    return (named or default_folder(environ)) if wanted else None


def _truth(flag: bool | None, environ: Mapping[str, str], variable: str, *, otherwise: bool) -> bool:
    if flag is not None or not environ.get(variable):
        return otherwise if flag is None else flag
    from .options import truth

    return truth(environ[variable], variable)


def default_folder(environ: Mapping[str, str]) -> str | None:
    """The user's cache folder for this tool, as the system has it (XDG, macOS, Windows), or None without a home."""
    return _user_folder(environ, "LOCALAPPDATA", "Caches", "XDG_CACHE_HOME", ".cache")


def state_folder(environ: Mapping[str, str]) -> str | None:
    """The user's folder for what outlives the cache, by `environ` and the system (see XDG); None without a home."""
    return _user_folder(environ, "APPDATA", "Application Support", "XDG_STATE_HOME", ".local/state")


def _user_folder(environ: Mapping[str, str], windows: str, in_library: str, xdg: str, otherwise: str) -> str | None:
    if os.name == "nt":
        base = environ.get(windows, "")
    elif sys.platform == "darwin":
        base = os.path.join(environ.get("HOME", ""), "Library", in_library)
    else:
        base = environ.get(xdg, "")
        if not os.path.isabs(base):  # as the XDG specification asks
            base = os.path.join(environ.get("HOME", ""), otherwise)
    return os.path.join(base, "syntax-guard") if os.path.isabs(base) else None


def nearest(folder: str) -> str | None:
    """Path of the ``pyproject.toml`` in `folder` or the closest folder above it, up to the top of its repository."""
    folder = os.path.abspath(folder)
    while True:
        path = os.path.join(folder, FILE)
        if os.path.lexists(path) and not os.path.isdir(path):  # unreadable is an error, not a miss
            return path
        above = os.path.dirname(folder)
        if above == folder or is_top(folder):
            return None
        folder = above
