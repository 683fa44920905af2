"""Top-level await is taken out: what the flag allows is accepted without it, what it refuses is refused at its line."""

from __future__ import annotations

import ast
import warnings

import pytest

from syntax_guard.sources.notebooks.top_level import to_module

CASES = {
    "statement": "await f()\n",
    "value": "x = await f()\n",
    "operand": "x = 1 + await f() ** 2 - await g()\n",
    "power": "x = 2 ** await f()\n",
    "attribute": "x = (await f()).y\n",
    "argument": "f(await g(), *await h(), k=await i())\n",
    "in a block": "if x:\n    await f()\nelse:\n    y = await g()\n",
    "two in one": "await (await f())\n",
    "in an f-string": "x = f'{await f()}'\n",
    "behind other letters": "é = 'ü'; x = await f()\n",
    "condition": "while await f(): pass\n",
    "negated": "x = not await f()\n",
    "negative": "x = -await f()\n",
    "yielding lambda": "f = lambda: 1\nawait f()\n",
    "async for": "async for x in y:\n    pass\n",
    "async for over lines": "async \\\n  for x in y:\n    pass\n",
    "async with": "async with a as b, c:\n    pass\n",
    "async for in a block": "if 1:\n    async for x in y:\n        await z\n",
    "comprehension": "x = [i async for i in y]\n",
    "comprehension of two": "x = {i: await j async for i in y for j in i if await k}\n",
    "nested comprehension": "x = [[j async for j in i] async for i in y]\n",
    "comprehension over lines": "x = [\n  i\n  async for\n  i in y\n]\n",
    "generator": "x = (i async for i in y)\n",
    "decorator": "@(await f())\ndef g(): pass\n",
    "default": "def f(x=await g()): pass\n",
    "base": "class A(await f()): pass\n",
    "in an async function": "async def f():\n    await g()\n    async with a: pass\n",
    "word in a string": "x = 'await' + \"async for\"\n",
    "word in a comment": "# await\nawait f()  # async for\n",
    "carriage returns": "a = 1\r\nawait f()\r\n",
    "in a function": "def f():\n    await g()\n",
    "in a lambda": "f = lambda: await g()\n",
    "in a class": "class A:\n    await f()\n",
    "in a function of a class": "class A:\n    def f(self):\n        x = [i async for i in y]\n",
    "broken": "await f(\n",
    "broken below": "await f()\nx = = 1\n",
    "return": "await f()\nreturn 1\n",
    "await nothing": "await\n",
    "assigned to": "await f() = 1\n",
}  # fmt: skip


def refused(source: str | bytes, flags: int) -> int | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "cell", "exec", flags, True)
        except SyntaxError as error:
            return error.lineno or 0
    return None


@pytest.mark.parametrize("cell", CASES.values(), ids=CASES.keys())
def test_the_verdict_is_the_one_with_the_flag(cell: str) -> None:
    plain = to_module(cell.encode())
    assert refused(plain, 0) == refused(cell, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert len(plain) == len(cell.encode())
    assert plain.count(b"\n") == cell.count("\n")
