"""The targets of scripts that say themselves which Pythons they are for (PEP 723)."""

from __future__ import annotations

from ..config.declarations import script
from ..config.declarations.declaration import DeclarationError
from ..sources.readers import File, Held, LoadedFile
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
    """Yield each of `scripts`, which were handed back with their bytes, and whom to ask about it.

    That is what its own block says, or its `project` where that says nothing. A block that cannot be read or used is
    told to `note`, with the reason.
    """
    for file, source in scripts:
        try:
            declaration = script.read(source.data, source.path)
            why = unusable(declaration) if declaration else None
        except DeclarationError as error:
            declaration, why = None, str(error)
        if why:
            note(file, source, why)
        loaded: Readable = Held(file.path, source.data, file.member, file.cell)
        if isinstance(file, File) and source.stamp is not None:
            loaded = LoadedFile(file, source.data, source.stamp)
        yield (asked_by(declaration, machine) if declaration and not why else project), loaded
