"""Flags, environment and ``pyproject.toml`` become one frozen `Settings`. A flag wins over a variable over the file."""

from __future__ import annotations

import os

from .errors import SettingsError
from .model import Record
from .options import OPTIONS, truth
from .store import Store, default_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal

FILE = "pyproject.toml"


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
    trust_bytecode: bool = False
    """Take a ``.pyc`` that this interpreter would load as a proof that its source compiled."""
    write_bytecode: bool = False
    """Leave the code that this interpreter compiled where an import looks for it."""
    bytecode_by: Literal["time", "hash"] = "time"
    """How that names its source. `load` chooses as ``py_compile`` does: by hash where SOURCE_DATE_EPOCH is set, since
    such a builder changes the times of files once they are written."""
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


def load(flags: Mapping[str, Any], environ: Mapping[str, str], folder: str) -> Settings:
    """Put together the settings of a run that stands in `folder`.

    `flags` holds what the command line gave, by field name, and may hold ``config`` (the path of the settings file)
    and ``isolated`` (use none). Raises `SettingsError` for a value that cannot be used, wherever it stands.
    """
    path = file_in_use(flags, environ, folder)
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
    if environ.get("SOURCE_DATE_EPOCH"):
        values["bytecode_by"] = "hash"
    if values.get("cache", True):
        values["cache_dir"] = cache_dir
        values["cache_key"] = cache_key
    return Settings(**values)


def file_in_use(flags: Mapping[str, Any], environ: Mapping[str, str], folder: str) -> str | None:
    """Path of the settings file of a run that stands in `folder`, or None. Raises `SettingsError` (see `load`)."""
    isolated = truth(flags.get("isolated", environ.get("SYNTAX_GUARD_ISOLATED", "")), "SYNTAX_GUARD_ISOLATED")
    named = flags.get("config") or environ.get("SYNTAX_GUARD_CONFIG")
    if named and not os.path.isfile(named):
        raise SettingsError(f"no such settings file: {named}")
    return None if isolated else named or nearest(folder)


def _cache_dir(flags: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
    """The cache folder, which a settings file has no say in, or None where flags and environment want none."""
    cache = flags.get("cache", truth(environ.get("SYNTAX_GUARD_CACHE", "1"), "SYNTAX_GUARD_CACHE"))
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
