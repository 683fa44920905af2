"""Long work shows itself: a bar on the terminal, once a run has taken a second."""

from __future__ import annotations

from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeVar

    T = TypeVar("T")

PATIENCE = 1.0
"""Seconds of work that need no bar."""


def shown(items: Iterable[T], total: int) -> Iterator[T]:
    """Yield `items`, `total` at most, and draw a bar with their count, rate and time left when they take long."""
    started = monotonic()
    iterator = iter(items)
    count = 0
    for item in iterator:
        yield item
        count += 1
        if monotonic() - started > PATIENCE:
            break
    else:
        return
    from tqdm import tqdm

    # disable=False: the settings have decided. leave=False: what stays on the screen are the findings.
    with tqdm(total=total, initial=count, unit=" files", leave=False, dynamic_ncols=True, disable=False) as bar:
        for item in iterator:
            yield item
            bar.update()
