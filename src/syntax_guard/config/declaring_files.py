"""What the files of a project say, read from their bytes: the table of those that are read."""

from __future__ import annotations

import codecs
import posixpath

from ..errors import SettingsError, SettingsFileError
from .declarations.declaration import Declaration, DeclarationError
from .file_facts import FileFacts
from .settings import COMPOSED, LAID_OVER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .declarations.build import Argument, Build

_UTF_16, _NOT_UTF_8 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "UTF-16 text, and not UTF-8"
READERS = {
    "setup.cfg": ("setup_cfg", "read"),
    "setup.py": ("setup_py", "read"),
    ".python-version": ("version_files", "read_python_version"),
    ".tool-versions": ("version_files", "read_tool_versions"),
    "Pipfile": ("version_files", "read_pipfile"),
    "Dockerfile": ("dockerfile", "read"),
    "Containerfile": ("dockerfile", "read"),
}
"""For each file the module in ``config.declarations`` and its function that reads it. ``pyproject.toml``, which holds
our own table too, and compose files, which name other files, are read here. The others are those of mise."""
_OF_MISE = ("version_files", "read_mise")


def read(content: bytes, path: str, under: bytes | None = None) -> FileFacts:
    """What the file at `path` says, which holds `content`; of a file that lies over a compose file, with the content
    `under` of that.

    Raises:
        SettingsFileError: A table of ours cannot be used.
    """
    name = posixpath.basename(path)
    if content.startswith(_UTF_16):
        return FileFacts({}, note=_NOT_UTF_8)
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        if name == "pyproject.toml":
            return _pyproject(content, path)
        if name in COMPOSED or name in LAID_OVER:
            from .declarations.compose import builds

            return FileFacts({}, (), builds(content, path, under))
        from importlib import import_module

        module, function = READERS.get(name, _OF_MISE)
        found = getattr(import_module(f".declarations.{module}", __package__), function)(content, path)
    except DeclarationError as error:
        return FileFacts({}, tuple(map(_measured, error.declarations)), error.builds, str(error))
    return FileFacts({}, (_measured(found),) if found else ())


def built(content: bytes, build: Build) -> FileFacts:
    """What the Dockerfile of a `build` says. It is said in the compose file where that decides."""
    if content.startswith(_UTF_16):
        return FileFacts({}, note=_NOT_UTF_8)
    from .declarations.dockerfile import read as read_dockerfile

    def read_with(stage: str | None, arguments: Iterable[Argument]) -> Declaration | None:
        return read_dockerfile(content, build.dockerfile, stage, {one.name: one.value for one in arguments})

    def says(stage: str | None, arguments: Iterable[Argument]) -> tuple[str, ...]:
        try:
            alone = read_with(stage, arguments)
        except DeclarationError:
            alone = None
        return alone.says if alone else ()

    try:
        found = read_with(build.stage, build.arguments)
    except DeclarationError as error:
        return FileFacts({}, note=str(error))
    if found is None or not build.path or says(None, ()) == found.says:
        return FileFacts({}, (found,) if found else ())
    others = ((one, [other for other in build.arguments if other is not one]) for one in build.arguments)
    deciding = (one.line for one, left in others if says(build.stage, left) != found.says)
    return FileFacts({}, (found.evolve(path=build.path, line=next(deciding, build.line)),))


def _pyproject(content: bytes, path: str) -> FileFacts:
    from .declarations import pyproject
    from .own_table import KEYS, own_table
    from .toml import for_note, line_of, parse

    try:
        document = parse(content, path)
    except SettingsFileError as error:
        return FileFacts({}, note=for_note(error))
    table = own_table(document, content, path)
    declarations: list[Declaration] = []
    asked = table.get("target_version")
    if asked:
        shown = f"target-version {', '.join(asked)}"
        line = line_of(content, (*KEYS, "target-version"))
        declarations.append(Declaration("target-version", asked, shown, path, line))
    try:
        floor = pyproject.read(document, content, path)
    except DeclarationError as error:
        return FileFacts(table, tuple(declarations), note=str(error))
    return FileFacts(table, (*declarations, _measured(floor)) if floor else tuple(declarations))


def _measured(declaration: Declaration) -> Declaration:
    """`declaration` with the lowest version that a floor admits: to find it takes longer than to read what is kept."""
    if declaration.kind != "floor":
        return declaration
    from .specifiers import LOWEST, admitted

    try:
        return declaration.evolve(lowest=next((v for v in admitted(declaration.says[0]) if v >= LOWEST), None))
    except SettingsError:  # it is noted where it would be used
        return declaration
