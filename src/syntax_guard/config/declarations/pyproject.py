"""``requires-python`` and Poetry's ``python`` in ``pyproject.toml``.

See the PyPA specification "Declaring project metadata" and Poetry's manual, "Dependency specification".
"""

from __future__ import annotations

from ...errors import SettingsError
from ..specifiers import declared
from ..toml import line_of
from .declaration import Declaration, DeclarationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read(document: dict[str, Any], content: bytes, path: str) -> Declaration | None:
    """The floor that a ``pyproject.toml`` declares, or None. Raises `DeclarationError`.

    `document` is the parsed `content` of the file at `path`.
    """
    project = document.get("project")
    own = isinstance(project, dict) and "requires-python" in project
    line = line_of(content, ("project", "requires-python") if own else ("tool", "poetry", "dependencies", "python"))
    try:
        text = declared(document)
    except SettingsError as error:
        raise DeclarationError(
            f"line {line}: {error.message} ({error.hint})" if line else f"{error.message} ({error.hint})"
        ) from None
    if text is None:
        return None
    shown = f"requires-python {text or repr('')}" if own else f"Poetry's python {text}"
    return Declaration("floor", (text,), shown, path, line)
