"""The table of finding codes: what each means, what to do, how grave it is, and which problems it names."""

from __future__ import annotations

from ..model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..model import Severity


class Code(Record):
    """What a code says of a finding. docs/codes.md has a section and a row for each."""

    meaning: str
    """One sentence. SARIF describes the rule with it and with the remedy."""
    remedy: str
    """What to do, in one sentence."""
    kinds: tuple[str, ...] = ()
    """The kinds of problem that have this code whatever else is known; see `Problem`."""
    severity: Severity = "error"
    """A warning leaves the run green unless the settings make it an error."""
    undecided: bool = False
    """It is not known whether the source is valid: for JUnit an error and no failure."""


CODES = {
    "syntax-error": Code(
        "The file does not compile.",
        "Fix the place that the interpreter names; the cause is sometimes a line or two before it.",
    ),
    "unsupported-syntax": Code(
        "The file needs a newer Python than one that it has to run on.",
        "Write it in the older way, or raise the lowest Python that the project supports.",
    ),
    "encoding-error": Code(
        "The bytes of the file are not text in the encoding that it declares, or UTF-8 where it declares none.",
        "Save the file as UTF-8, or correct its coding line.",
    ),
    "too-complex": Code(
        "The interpreter ran out of stack or memory, or hit a limit of its parser.",
        "Split the expression or the nesting, or keep the data in a file of its own.",
        kinds=("RecursionError", "MemoryError", "OverflowError", "TooLarge"),
        undecided=True,
    ),
    "crashed": Code(
        "The interpreter died on this file, so it is not known whether the file would run.",
        "Split the file to find the part; the same happens to a program that imports it.",
        kinds=("Crashed", "SystemError"),
        undecided=True,
    ),
    "timed-out": Code(
        "The interpreter gave no answer in the time allowed.",
        "Split the file, or allow more time.",
        kinds=("TimedOut",),
        undecided=True,
    ),
    "rule-failed": Code(
        "A rule of syntax-guard failed on this file, so it is not known whether the target would accept it.",
        "Install the Python that the finding names, which then answers itself, and report the file to syntax-guard.",
        kinds=("RuleFailed",),
        undecided=True,
    ),
    "no-interpreter": Code(
        "The file is for Pythons that none here can answer for, so nothing here can judge it.",
        "Run syntax-guard with that Python (`language_version` under pre-commit), or install it.",
        kinds=("NoInterpreter",),
        undecided=True,
    ),
    "unreadable": Code(
        "The file could not be read, so it is not known whether it would run.",
        "Look at its permissions, and whether something replaces it during the scan.",
        kinds=("Unreadable",),
        undecided=True,
    ),
    "syntax-warning": Code(
        "The file compiles, and the interpreter warns of something in it, often an error of a later Python.",
        "Do what the warning says.",
        severity="warning",
    ),
    "script-metadata": Code(
        "The block of script metadata (PEP 723) cannot be used, so it does not say which Pythons the script is for.",
        "Correct the block: it is TOML, and `requires-python` is a version specifier in quotes.",
        kinds=("ScriptBlock",),
        severity="warning",
    ),
    "suspicious-character": Code(
        "The file holds a character that cannot be seen or that reorders the text around it (CVE-2021-42574).",
        "Remove it, or write it as an escape sequence in a string literal.",
        kinds=("SuspiciousCharacter",),
        severity="warning",
    ),
    "unexpectedly-valid": Code(
        "The file is listed as broken on purpose, and compiles.",
        "Take it out of expected-broken, or break it again.",
    ),
    "stale-baseline": Code(
        "The baseline lets pass what is no longer broken, or a file that is gone; red with --strict alone.",
        "Remove the entry: syntax-guard baseline --prune.",
    ),
}

BY_KIND = {kind: name for name, code in CODES.items() for kind in code.kinds}
"""What a kind of problem is called in reports, where the kind alone decides."""

SKIPPED: dict[str, str] = {
    "tool-folder": "a folder of a tool, which holds no source of the project",
    "system-folder": "shown by the kernel, such as /proc, and no part of a tree",
    "environment": "installed in a virtual environment, and not tracked by git",
    "excluded": "left out by `exclude`",
    "link": "leads out of the tree, or to a folder around it",
    "dead-link": "leads to nothing",
    "same-file": "another name for a file that is already checked",
    "other-language": "a notebook, or a cell of one, in another language than Python",
    "notebook": "a notebook, and no setting asks for notebooks",
    "not-python": "not Python, by its name and its first line",
    "not-compiled": "a stub or data, which no installer compiles and no Python runs",
    "nested-archive": "an archive in an archive, which is not opened",
    "untracked": "not tracked by git, and --tracked asks about nothing else",
    "not-in-work-tree": "tracked by git, and not here: deleted, or left out by a sparse checkout",
    "submodule": "a repository of its own",
}
"""Why something was left out, by the code of the reason."""
