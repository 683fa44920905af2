"""A finished result as text: one small renderer a format, in the module of its name.

A renderer, ``render(result)``, yields whole lines. It prints nothing and reads no environment; where the text goes is
the command line's business. Only the renderer that is asked for is imported: a commit that is refused should not wait
for ``json`` or ``xml``. The table of formats is ``config.formats.FORMATS``.
"""

from __future__ import annotations

from ..config.formats import FORMAT_NAMES as FORMAT_NAMES
from ..config.formats import FORMATS
from .wording import account_line as account_line
from .wording import skipped_lines as skipped_lines
from .wording import stale_lines as stale_lines
from .wording import start_line as start_line
from .wording import statistics as statistics
from .wording import summary_line as summary_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..model import Diagnostic, Result


def shown(name: str, result: Result) -> Sequence[Diagnostic]:
    """Return the findings that a reader of the format `name` counts: some formats show several of `result` as one."""
    if name not in ("full", "concise"):
        return result.diagnostics
    from .together import of_files, of_files_and_lines, together

    return [one for one, _ in together(result.diagnostics, of_files if name == "concise" else of_files_and_lines)]


def render(
    name: str,
    result: Result,
    *,
    color: bool = False,
    columns: int | None = None,
    encoding: str = "utf-8",
    separator: str = "/",
) -> Iterator[str]:
    """Render a result in one of the formats.

    Args:
        name: One of `FORMAT_NAMES`.
        result: What the run found.
        color: Whether a format that has colour shows it.
        columns: Width of the terminal; None where there is none.
        encoding: That of the stream; what it has no character for is escaped.
        separator: What stands between the names of a path in a format that has colour.

    Returns:
        Whole lines.

    Raises:
        ValueError: The table has no format of this name.
    """
    chosen = next((each for each in FORMATS if each.name == name), None)
    if chosen is None:
        raise ValueError(f"no such report format: {name}")
    from importlib import import_module

    renderer = import_module("." + name.replace("-", "_"), __package__)
    how = {"color": color, "columns": columns, "encoding": encoding, "separator": separator} if chosen.colored else {}
    lines: Iterator[str] = renderer.render(result, **how)
    return lines
