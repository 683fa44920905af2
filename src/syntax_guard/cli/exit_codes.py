"""What a run ends with, as README lists it."""

from __future__ import annotations

OK = 0
"""Every source is valid for every target."""
RED = 1
"""At least one source is broken, unreadable or undecided."""
UNASKED = 2
"""The question could not be asked."""
