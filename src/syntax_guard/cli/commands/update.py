"""`syntax-guard update`: a server refuses the refs of a push that bring a file which Python would refuse."""

from __future__ import annotations

from ...gates.push import update_of
from ..received import add_options, answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..parser import Parser
    from ..verbs import Parse

DESCRIPTION = "Judge what a push brings along to one ref, as git's hook `update` in the repository that receives it."


def add_arguments(verb: Parser) -> None:
    """What `update` takes."""
    verb.add_argument("ref", metavar="REF", help="full name of the ref, as git hands it to the hook")
    verb.add_argument("old", metavar="OLD", help="name of the object that it is before the push")
    verb.add_argument("new", metavar="NEW", help="name of the object that it is to be")
    add_options(verb)


def run(arguments: list[str], parse: Parse) -> int:
    """Report what is wrong with the ref that is pushed; 1 refuses it, and no other ref of the push."""
    flags = parse(arguments)
    return answer((update_of(flags["ref"], flags["old"], flags["new"]),), flags)
