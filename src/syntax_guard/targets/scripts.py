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
        try:
            declaration = script.read(source.data, source.path)
            why = unusable(declaration) if declaration else None
        except DeclarationError as error:
            declaration, why = None, str(error)
        if why:
            note(file, source, why)
        loaded: Readable = Loaded(file, source.data)
        if isinstance(file, File) and source.stamp is not None:
            loaded = LoadedFile(file, source.data, source.stamp)
        yield (asked_by(declaration, machine) if declaration and not why else project), loaded
