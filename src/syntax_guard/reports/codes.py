"""What each code of a diagnostic means and what to do about it; docs/codes.md says more."""

from __future__ import annotations

CODES: dict[str, tuple[str, str]] = {
    "syntax-error": (
        "The file does not compile.",
        "Mend the place that the interpreter names; the cause is sometimes a line or two before it.",
    ),
    "unsupported-syntax": (
        "The file needs a newer Python than one that it has to run on.",
        "Write it in the older way, or raise the lowest Python that the project supports.",
    ),
    "encoding-error": (
        "The bytes of the file are no text in the encoding that it declares, or UTF-8 where it declares none.",
        "Save the file as UTF-8, or correct its coding line.",
    ),
    "too-complex": (
        "The interpreter ran out of stack or memory, or hit a limit of its parser.",
        "Split the expression or the nesting, or keep the data in a file of its own.",
    ),
    "crashed": (
        "The interpreter died on this file, so nobody knows whether it would run.",
        "Split the file to find the part; the same happens to whatever imports it.",
    ),
    "timed-out": (
        "The interpreter gave no answer in the time allowed.",
        "Split the file, or allow more time.",
    ),
    "unreadable": (
        "The file could not be read, so nobody knows whether it would run.",
        "Look at its permissions, and whether something replaces it during the scan.",
    ),
    "syntax-warning": (
        "The file compiles, and the interpreter warns of something in it, often an error of a later Python.",
        "Do what the warning says.",
    ),
    "suspicious-character": (
        "The file holds a character that cannot be seen or that reorders the text around it (CVE-2021-42574).",
        "Remove it, or write it as an escape sequence in a string literal.",
    ),
    "unexpectedly-valid": (
        "The file is listed as broken on purpose, and compiles.",
        "Take it out of expected-broken, or break it again.",
    ),
}
"""Code: (what it means, what to do)."""
