"""``python -m syntax_guard``."""

from __future__ import annotations

from .cli import run_and_exit

if __name__ == "__main__":
    run_and_exit()
