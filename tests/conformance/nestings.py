"""Sources near each limit of nesting: statements, comprehensions, brackets and operators, in one another at random."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from .pythons import COMPILE, ask

if TYPE_CHECKING:
    from collections.abc import Sequence

_STATEMENTS = (
    "if x:", "while x:", "for x in y:", "with x:", "with x as y:", "with x, y:", "with x, y as z, w:", "class C:",
    "def f():", "async def f():", "class C(B):",
    "try:|except A: pass", "try:|except A: pass|finally: pass", "try:|finally: pass", "try: pass|except A:",
    "try: pass|except A as b:", "try: pass|except A:|finally: pass", "try: pass|except A as b:|finally: pass",
    "try: pass|except A: pass|else:", "try: pass|except A: pass|else:|finally: pass", "try: pass|finally:",
    "try: pass|except A: pass|finally:", "if x: pass|else:", "if x: pass|elif y:", "for x in y: pass|else:",
    "while x: pass|else:",
)  # fmt: skip
"""Each with its clauses; what is within goes to the last one that holds nothing yet."""
_NEWER = (
    "try:|except* A: pass",
    "try: pass|except* A:",
    "try: pass|except* A as b:",
    "match x:\n case 1:",
    "with (x as y):",
)
_IN_COROUTINES = ("async with x:", "async with x as y, z:", "async for x in y:", "async for x in y: pass|else:")
_COMPREHENSIONS = (
    "[%s for x in y]", "{%s for x in y}", "{%s: x for x in y}", "{x: %s for x in y}", "[x for x in %s]", "(%s)",
    "[x for x in y if %s]", "[x for x in y for z in %s]", "(%s for x in y)", "(x for x in %s)", "f(%s)", "[%s]",
    "lambda: %s", "[z for x in y if x for z in %s]", "[%s for x in y if z]",
)  # fmt: skip
_BRACKETS = (
    "(%s)", "[%s]", "{%s}", "{1: %s}", "{%s: 1}", "f(%s)", "f(a=%s)", "f(*%s)", "f(**%s)", "f[%s]", "f[1:%s]",
    "f[1:2:%s]", "(yield %s)", "(x := %s)", "(lambda: %s)", "(not %s)", "(-%s)", "(x ** %s)", "(x + %s)", "(x, %s)",
    "(x if y else %s)", "(%s if y else x)", "(x and %s)", "[*%s]", "{**%s}", "[x for x in %s]", "[%s for x in y]",
    "[x for x in y if %s]", "[x for x in y for z in %s]", "f(%s for x in y)", "{%s: x for x in y}", "x.y(%s)(z)[0]",
    "[x, (y), %s, z]", "(x < %s)", "(yield from %s)", "x[%s, 1]", "x[1, :%s]", "(await %s)", "f(x, *y, z=%s)",
    "(lambda x=%s: x)",
)  # fmt: skip
_AROUND = (
    "%s", "x = %s", "if %s: pass", "for x in %s: pass", "with %s: pass", "def f(a=%s): pass", "def f(a: %s): pass",
    "@f(%s)\ndef g(): pass", "class C(%s): pass", "return %s", "x: %s = 1", "assert x, %s", "del x[%s]",
    "raise x from %s", "x += %s", "async def f(): %s", "while x:\n  %s", "f'{%s}'", "f'''{x:{%s}}'''",
)  # fmt: skip
_OPERATORS = ("not ", "- ", "lambda: ", "x if y else ", "x ** ", "~", "x and ", "x + ")


def nestings(number: int, python: str, seed: int) -> list[bytes]:
    """So many different sources that `python` accepts; the same for the same `seed`."""
    chosen = random.Random(seed)
    found: dict[bytes, None] = {}
    while len(found) < number:
        kinds = chosen.choices((_blocks, _brackets, _operators), (5, 4, 1), k=number)
        tried = [kind(chosen).encode() for kind in kinds]
        answers = ask(python, COMPILE, tried)
        found.update((source, None) for source, answer in zip(tried, answers, strict=True) if answer is None)
    return list(found)[:number]


def _blocks(chosen: random.Random) -> str:
    """Near 20 blocks, comprehensions among them."""
    few = chosen.sample(_STATEMENTS, chosen.randint(1, 6))
    if chosen.random() < 0.3:
        few.append(chosen.choice(_NEWER))
    coroutine = chosen.random() < 0.2
    if coroutine:
        few = [one for one in few if "class" not in one and "def" not in one] + [*chosen.sample(_IN_COROUTINES, 2)]
    levels = chosen.randint(0, 22) if chosen.random() < 0.5 else chosen.randint(9, 22)
    text = _expression(chosen, max(0, chosen.randint(16, 22) - levels), _COMPREHENSIONS)
    text = chosen.choice(("{}", "{}", "{}\nyield", "x = {}", "return {}", "with {}: pass", "for x in {}: pass")).format(
        text
    )
    for statement in chosen.choices(few, k=levels) if few else ():
        text = _within(statement, text)
    return (_within("async def f():", text) if coroutine else text) + "\n"


def _within(statement: str, text: str) -> str:
    indent = " " * (statement.count("\n") + 1)
    clauses = statement.split("|")
    place = max(place for place, clause in enumerate(clauses) if clause.endswith(":"))
    clauses[place] = "\n".join([clauses[place], *(indent + line for line in text.splitlines())])
    return "\n".join(clause + " pass" if clause.endswith(":") else clause for clause in clauses)


def _expression(chosen: random.Random, levels: int, forms: Sequence[str]) -> str:
    few = chosen.sample(forms, chosen.randint(1, 4))
    text = "x"
    for form in chosen.choices(few, k=levels):
        text = form.replace("%s", text)
    return text


def _brackets(chosen: random.Random) -> str:
    """Near a hundred brackets, some of them beside what counts without one."""
    text = _expression(chosen, chosen.randint(80, 104), _BRACKETS)
    text = chosen.choice(_AROUND).replace("%s", text)
    if text.startswith(("return", "x = (yield")) or "yield" in text:
        text = _within("def f():", text)
    for statement in chosen.choices(_STATEMENTS[:9], k=chosen.choice((0, 0, 1, 3, 12))):
        text = _within(statement, text)
    return text + "\n"


def _operators(chosen: random.Random) -> str:
    """Near the 1,700 places of a parser's stack, or the 3,000 and 10,000 levels of recursion."""
    if chosen.random() < 0.7:
        few = chosen.sample(_OPERATORS, chosen.randint(1, 3))
        text = "".join(chosen.choices(few, k=chosen.randint(500, 1750))) + "x"
        return "(" * (brackets := chosen.choice((0, 1, 20, 60))) + text + ")" * brackets + "\n"
    clauses = [" for x in y" + " if x" * chosen.randint(0, 2) for _ in range(chosen.randint(300, 620))]
    return f"[x{''.join(clauses)}]\n"
