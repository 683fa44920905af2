"""What reports say of the tool that made them."""

from __future__ import annotations

NAME = "syntax-guard"


def version() -> str:
    """Return the version of this package."""
    from .. import __version__

    return __version__
