"""The targets of scripts that say themselves which Pythons they are for (PEP 723)."""

from __future__ import annotations

from ..config.declarations import script
from ..config.declarations.declaration import DeclarationError
from ..sources.readers import File, Loaded, LoadedFile
from .declared import asked_by, unusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..model import Source
    from ..sources.readers import Readable
    from .machine import Machine
    from .rules import Asked


def own_targets(
    scripts: Iterable[tuple[Readable, Source]],
    project: Asked,
    machine: Machine,
    note: Callable[[Readable, Source, str], None],
) -> Iterator[tuple[Asked, Readable]]:
    """Find the targets of scripts that may name them themselves.

    Args:
        scripts: What was handed back, each with its bytes.
        project: What is asked about a script that says nothing.
        machine: Where Pythons are looked for.
        note: Is told the reason where a block cannot be read or used.

    Yields:
        The targets, and the script, with its bytes.
    """
    for file, source in scripts:
        asked, why = asked_about(source, project, machine)
        if why:
            note(file, source, why)
        loaded: Readable = Loaded(file, source.data)
        if isinstance(file, File) and source.stamp is not None:
            loaded = LoadedFile(file, source.data, source.stamp)
        yield asked, loaded


def asked_about(source: Source, project: Asked, machine: Machine) -> tuple[Asked, str | None]:
    """Find the targets of a script that may name them itself.

    Args:
        source: The script.
        project: What is asked about it if it says nothing.
        machine: Where Pythons are looked for.

    Returns:
        The targets, and the reason where a block cannot be read or used.
    """
    try:
        declaration = script.read(source.data, source.path)
    except DeclarationError as error:
        return project, str(error)
    why = unusable(declaration) if declaration else None
    return asked_by(declaration, machine) if declaration and not why else project, why
