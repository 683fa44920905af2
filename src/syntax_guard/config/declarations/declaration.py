"""What a file of a project says of the Pythons that the project is for."""

from __future__ import annotations

from ...model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from ...model import Version
    from .build import Build

    Kind: TypeAlias = Literal["target-version", "floor", "pin"]


class Declaration(Record):
    """One statement, and where it stands."""

    kind: Kind
    """``target-version``: our own table says which versions to ask. ``floor``: a specifier says which are admitted.
    ``pin``: a file names the versions that are used."""
    says: tuple[str, ...]
    """Versions such as ``3.11``; of a floor one version specifier."""
    shown: str
    """The statement as people read it: ``requires-python >=3.9``."""
    path: str
    """The file, relative to the top of the repository or the root of the scan, with ``/``."""
    line: int | None = None
    lowest: Version | None = None
    """Of a floor, the lowest version that it admits and that is answered for; None where that was not looked for."""
    called: str | None = None
    """What messages call the file; None: its `path`."""

    @property
    def place(self) -> str:
        """Where it stands: ``apps/backend/pyproject.toml:5``."""
        file = self.called or self.path
        return file if self.line is None else f"{file}:{self.line}"


class DeclarationError(Exception):
    """A file, or a part of it, is not what its name says.

    That is a note. The rest of the file counts, or else the next declaration.
    """

    def __init__(
        self, message: str, declarations: tuple[Declaration, ...] = (), builds: tuple[Build, ...] = ()
    ) -> None:
        super().__init__(message)
        self.declarations, self.builds = declarations, builds
