"""Which finding of the last report is this one? Review tools ask, to show only what is new."""

from __future__ import annotations

from hashlib import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..model import Diagnostic


def fingerprints(diagnostics: Sequence[Diagnostic]) -> Iterator[str]:
    """Yield 64 hexadecimal digits for each finding, different within one report.

    They depend on path, code and source line, not on line number or wording: a finding that moved down, or that
    another interpreter words differently, is the same one.
    """
    seen: dict[tuple[str, ...], int] = {}
    for diagnostic in diagnostics:
        key = (diagnostic.name, diagnostic.code, diagnostic.source_line or "")
        seen[key] = seen.get(key, 0) + 1
        text = "\0".join((*key, str(seen[key])))
        yield sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
