"""What reports say of the tool that made them."""

from __future__ import annotations

NAME = "syntax-guard"


def version() -> str:
    """Return the version of the installed distribution, or ``unknown`` where none is installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed(NAME)
    except PackageNotFoundError:
        return "unknown"
