"""`syntax-guard pre-receive`: a server refuses a push that brings a file which Python would refuse."""

from __future__ import annotations

from ...gates.push import received
from ..received import add_options, answer
from ..updates import lines_of_git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..parser import Parser
    from ..verbs import Parse

DESCRIPTION = "Judge what a push brings along, as git's hook `pre-receive` in the repository that receives it."
LINE = "old new ref"
EPILOG = f"standard input: a line `{LINE}` for each ref, as git writes it"


def add_arguments(verb: Parser) -> None:
    """What `pre-receive` takes."""
    add_options(verb)


def run(arguments: list[str], parse: Parse) -> int:
    """Report what is wrong with the refs that are pushed; 1 refuses the push, with all of its refs."""
    flags = parse(arguments)
    return answer(tuple(received(lines_of_git(LINE))), flags)
