"""``python -m syntax_guard``."""

from .cli.entry import run_and_exit

if __name__ == "__main__":
    run_and_exit()
