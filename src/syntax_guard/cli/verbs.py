"""The table of verbs: what each is called, what it does in a few words, and the module that does it.

The module of a verb is in ``commands`` and has its name, with underscores. It holds:

- ``DESCRIPTION``, the text above its options in ``--help``, and if need be ``EPILOG``, the text below them; -
``add_arguments(verb)``, which tells its `Parser` what it takes; - ``run(arguments, parse)``, which gets what follows
the verb, and what makes named values of it, and returns the exit code. It raises `SyntaxGuardError` where the question
cannot be asked.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol, TypeAlias

    Parse: TypeAlias = Callable[[Sequence[str]], dict[str, Any]]

    class Command(Protocol):
        """The module of a verb."""

        DESCRIPTION: str

        def add_arguments(self, verb: Any) -> None:
            """Add the options and arguments of the verb to its parser."""

        def run(self, arguments: list[str], parse: Parse) -> int:
            """Do what the arguments ask, and return the exit code."""


VERBS = {
    "check": "judge files and folders, or what is staged",
    "agent-hook": "a coding agent's hook: judge what it has written",
    "baseline": "write down what is broken now, to let it pass",
    "targets": "which Pythons are asked, why, and which interpreter answers",
    "run": "check the tree, then become COMMAND",
    "pre-push": "git's hook: judge the commits that are pushed",
    "pre-receive": "a server's hook: judge what a push brings along",
    "update": "a server's hook: the same, for each ref by itself",
    "stream": "JSON lines in, JSON lines out, for corpora",
    "probe": "a health check for images without curl",
    "doctor": "which gates this repository has, and what is missing",
    "completion": "what a shell needs to complete this command",
}
"""Each verb with its line in ``syntax-guard --help``."""


def command(verb: str) -> Command:
    """Import the module of `verb`, one of `VERBS`. A run pays for its own verb alone."""
    from importlib import import_module

    module: Any = import_module(f".commands.{verb.replace('-', '_')}", __package__)
    return module  # type: ignore[no-any-return]
