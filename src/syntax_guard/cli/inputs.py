"""Which of the arguments that say what `check` judges go together: each is obeyed, or is an error that names it."""

from __future__ import annotations

from itertools import combinations

from ..errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

STDIN, PATH = "-", "PATH"
INPUTS = {
    "--staged": "it checks what the next commit changes",
    "--commits": "it checks the files that each commit adds or changes",
    "--merge": "it checks all that a merge would make",
    "--tracked": "it checks files that git tracks",
    "--hook": "it checks the files that follow",
    "--installed": "it checks distributions",
    "--archives": "it checks the archives of a folder",
    "--files-from": "it checks the files of a list",
    STDIN: "standard input is checked in a run of its own",
    "--null": "it says how the names in the list of --files-from end",
    "--run-filters": "it is about what is staged",
    "--stdin-filename": "it is the name of standard input",
}
"""The arguments that say what is judged, and how, each with the reason why it goes with no other."""
TOGETHER = {
    frozenset(pair)
    for pair in (
        ("--hook", PATH),
        ("--hook", "--files-from"),
        ("--tracked", PATH),
        ("--installed", PATH),
        ("--archives", PATH),
    )
}
"""The pairs that go together: both are judged."""
PARTNERS = {"--null": "--files-from", "--run-filters": "--staged", "--stdin-filename": STDIN}
"""The arguments that mean something only with another one."""


def refuse_unfit(paths: Sequence[str], flags: Mapping[str, Any]) -> None:
    """Raise `UsageError` where two of the arguments do not go together, or one needs another that is not there."""
    here = given(paths, flags)
    alone = [name for name, partner in PARTNERS.items() if name in here and partner not in here]
    fitting = [name for name in here if name not in PARTNERS or name in alone]
    for first, second in combinations(fitting, 2):
        if frozenset((first, second)) not in TOGETHER:
            named = [path for path in paths if path != STDIN]
            shown = named[0] if second == PATH else second
            other = "the paths" if second == PATH and len(named) > 1 else shown[:100]
            advice = f"{INPUTS[first]}: leave out {other}, or leave out {first}"
            if (first, second) == ("--staged", "--hook"):
                advice = "the hook reads what is staged already: remove --staged from its args"
            raise UsageError(f"{first} does not go with {shown[:100]}", advice)
    for name in alone:
        raise UsageError(f"{name} goes with {PARTNERS[name]}", INPUTS[name])


def given(paths: Sequence[str], flags: Mapping[str, Any]) -> Collection[str]:
    """Those of `INPUTS` that are given; after them `PATH` where there is another path than that of standard input."""
    found = [name for name in INPUTS if flags.get(name[2:].replace("-", "_")) not in (None, False, [])]
    names = [path for path in paths if path != STDIN or flags.get("hook")]  # there it is the name of a file
    if len(names) < len(paths):
        found.append(STDIN)
    return [*found, PATH] if names else found
