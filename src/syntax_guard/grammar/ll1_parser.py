"""How deep the LL(1) parser of Python 3.8 went, which Python 3.9 replaced (PEP 617).

It kept every rule of the grammar that it was within on a stack of fixed size, also those that say nothing, so that one
pair of parentheses takes seventeen places. What is too deep can only be told by doing what it did, on the grammar
below: ``PyParser_AddToken`` in CPython 3.8's ``Parser/parser.c``.
"""

from __future__ import annotations

import functools

from ..model import Record
from ..regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    State: TypeAlias = frozenset[int]
    """Where a rule is: places in its pattern."""

PLACES = 1700
"""``MAXSTACK``."""

_GRAMMAR = """
file_input: (NEWLINE | stmt)* ENDMARKER
eval_input: testlist NEWLINE* ENDMARKER
decorator: @ dotted_name [ "(" [arglist] ")" ] NEWLINE
decorators: decorator+
decorated: decorators (classdef | funcdef | async_funcdef)
async_funcdef: async funcdef
funcdef: def NAME parameters [-> test] : func_body_suite
parameters: "(" [typedargslist] ")"
typedargslist: (tfpdef [= test] | "*" [tfpdef] | "**" tfpdef | / | ,)+
tfpdef: NAME [: test]
varargslist: (vfpdef [= test] | "*" [vfpdef] | "**" vfpdef | / | ,)+
vfpdef: NAME
stmt: simple_stmt | compound_stmt
simple_stmt: small_stmt (; small_stmt)* [;] NEWLINE
small_stmt: expr_stmt | del_stmt | pass_stmt | flow_stmt | import_stmt | global_stmt | nonlocal_stmt | assert_stmt
expr_stmt: testlist_star_expr (annassign | augassign (yield_expr | testlist) | (= (yield_expr | testlist_star_expr))*)
annassign: : test [= (yield_expr | testlist_star_expr)]
testlist_star_expr: (test | star_expr) (, (test | star_expr))* [,]
augassign: "+=" | -= | "*=" | @= | /= | %= | &= | "|=" | ^= | <<= | >>= | "**=" | //=
del_stmt: del exprlist
pass_stmt: pass
flow_stmt: break_stmt | continue_stmt | return_stmt | raise_stmt | yield_stmt
break_stmt: break
continue_stmt: continue
return_stmt: return [testlist_star_expr]
yield_stmt: yield_expr
raise_stmt: raise [test [from test]]
import_stmt: import_name | import_from
import_name: import dotted_as_names
import_from: from (. | ...)* [dotted_name] import ("*" | "(" import_as_names ")" | import_as_names)
import_as_name: NAME [as NAME]
dotted_as_name: dotted_name [as NAME]
import_as_names: import_as_name (, import_as_name)* [,]
dotted_as_names: dotted_as_name (, dotted_as_name)*
dotted_name: NAME (. NAME)*
global_stmt: global NAME (, NAME)*
nonlocal_stmt: nonlocal NAME (, NAME)*
assert_stmt: assert test [, test]
compound_stmt: if_stmt | while_stmt | for_stmt | try_stmt | with_stmt | funcdef | classdef | decorated | async_stmt
async_stmt: async (funcdef | with_stmt | for_stmt)
if_stmt: if namedexpr_test : suite (elif namedexpr_test : suite)* [else : suite]
while_stmt: while namedexpr_test : suite [else : suite]
for_stmt: for exprlist in testlist : suite [else : suite]
try_stmt: try : suite (except_clause : suite)* [else : suite] [finally : suite]
with_stmt: with with_item (, with_item)* : suite
with_item: test [as expr]
except_clause: except [test [as NAME]]
suite: simple_stmt | NEWLINE INDENT stmt+ DEDENT
func_body_suite: simple_stmt | NEWLINE INDENT stmt+ DEDENT
namedexpr_test: test [:= test]
test: or_test [if or_test else test] | lambdef
test_nocond: or_test | lambdef_nocond
lambdef: lambda [varargslist] : test
lambdef_nocond: lambda [varargslist] : test_nocond
or_test: and_test (or and_test)*
and_test: not_test (and not_test)*
not_test: not not_test | comparison
comparison: expr (comp_op expr)*
comp_op: < | > | == | >= | <= | <> | != | in | not in | is | is not
star_expr: "*" expr
expr: xor_expr ("|" xor_expr)*
xor_expr: and_expr (^ and_expr)*
and_expr: shift_expr (& shift_expr)*
shift_expr: arith_expr ((<< | >>) arith_expr)*
arith_expr: term (("+" | -) term)*
term: factor (("*" | @ | / | % | //) factor)*
factor: ("+" | - | ~) factor | power
power: atom_expr ["**" factor]
atom_expr: [await] atom trailer*
atom: "(" [yield_expr | testlist_comp] ")" | "[" [testlist_comp] "]" | { [dictorsetmaker] }
    | NAME | NUMBER | STRING+ | ... | None | True | False
testlist_comp: (namedexpr_test | star_expr) (comp_for | (, (namedexpr_test | star_expr))* [,])
trailer: "(" [arglist] ")" | "[" subscriptlist "]" | . NAME
subscriptlist: subscript (, subscript)* [,]
subscript: test [: [test] [sliceop]] | : [test] [sliceop]
sliceop: : [test]
exprlist: (expr | star_expr) (, (expr | star_expr))* [,]
testlist: test (, test)* [,]
dictorsetmaker: (test [: test] | "**" expr | star_expr)
    (comp_for | (, (test [: test] | "**" expr | star_expr))* [,])
classdef: class NAME ["(" [arglist] ")"] : suite
arglist: argument (, argument)* [,]
argument: test [comp_for | := test | = test] | "**" test | "*" test
comp_iter: comp_for | comp_if
sync_comp_for: for exprlist in or_test [comp_iter]
comp_for: [async] sync_comp_for
comp_if: if test_nocond [comp_iter]
yield_expr: yield [yield_arg]
yield_arg: from test | testlist_star_expr
"""
"""Rules as in 3.8, as far as they have a part in the depth: what is accepted here may be more."""
_SYMBOL = regex(r'"[^"]+"|[^\s()\[\]*+|"]+|[()\[\]*+|]')


class _Pattern:
    """The right side of a rule, as places and what leads from one to the next (Thompson's construction)."""

    def __init__(self, text: str) -> None:
        self.free: list[list[int]] = []
        """From each place, those that are reached without a symbol."""
        self.arcs: list[list[tuple[str, int]]] = []
        self._symbols = [*_SYMBOL.findall(text), ")"]
        start, self.end = self._alternatives()
        self.start = self.closed([start])

    def closed(self, places: list[int]) -> State:
        """These places, and those that are reached from them without a symbol."""
        reached: set[int] = set()
        while places:
            place = places.pop()
            if place not in reached:
                reached.add(place)
                places += self.free[place]
        return frozenset(reached)

    def _place(self) -> int:
        self.free.append([])
        self.arcs.append([])
        return len(self.free) - 1

    def _alternatives(self) -> tuple[int, int]:
        """Up to the bracket that ends them."""
        start, end = self._place(), self._place()
        while True:
            first = last = self._place()
            while self._symbols[0] not in ("|", ")", "]"):
                begin, after = self._item()
                self.free[last].append(begin)
                last = after
            self.free[start].append(first)
            self.free[last].append(end)
            if self._symbols.pop(0) != "|":
                return start, end

    def _item(self) -> tuple[int, int]:
        symbol = self._symbols.pop(0)
        if symbol in ("(", "["):
            start, end = self._alternatives()
            if symbol == "[":
                self.free[start].append(end)
        else:
            start, end = self._place(), self._place()
            self.arcs[start].append((symbol.strip('"'), end))
        if self._symbols[0] in ("*", "+"):
            self.free[end].append(start)
            if self._symbols.pop(0) == "*":
                self.free[start].append(end)
        return start, end


class _Step(Record):
    """What a rule does about the next token, in one of its states."""

    moves: dict[str, tuple[str | None, State]]
    """By token: the rule to begin (None: the token itself is next), and the state to go on with after it."""
    ends: bool
    """Whether the rule may end here."""


_PATTERNS = dict(line.split(": ", 1) for line in _GRAMMAR.strip().replace("\n    ", " ").splitlines())


@functools.cache
def _pattern(rule: str) -> _Pattern:
    return _Pattern(_PATTERNS[rule])


@functools.cache
def _step(rule: str, state: State) -> _Step:
    pattern = _pattern(rule)
    after: dict[str, list[int]] = {}
    for place in state:
        for symbol, target in pattern.arcs[place]:
            after.setdefault(symbol, []).append(target)
    moves: dict[str, tuple[str | None, State]] = {}
    for symbol, places in after.items():
        following = pattern.closed(places)
        if symbol in _PATTERNS:
            moves.update((token, (symbol, following)) for token in _step(symbol, _pattern(symbol).start).moves)
        else:
            moves[symbol] = (None, following)
    return _Step(moves, pattern.end in state)


_WORDS = {symbol for pattern in _PATTERNS.values() for symbol in _SYMBOL.findall(pattern) if symbol.isalpha()}
KEYWORDS = {word for word in _WORDS if not word.isupper()} - set(_PATTERNS)


def overflow(start: str, tokens: Iterator[tuple[str, int]]) -> int | None:
    """Where the parser's stack has no place left, as told by the tokens (each with what is given back for it).

    None where it suffices, and where the tokens are not of its grammar.
    """
    stack = [(start, _pattern(start).start)]
    for token, where in tokens:
        while True:
            rule, state = stack[-1]
            step = _step(rule, state)
            move = step.moves.get(token)
            if move is None:
                if not step.ends or len(stack) == 1:
                    return None
                stack.pop()
                continue
            begun, following = move
            stack[-1] = rule, following
            if begun is None:
                break
            if len(stack) == PLACES:
                return where
            stack.append((begun, _pattern(begun).start))
        while len(stack) > 1 and (ended := _step(*stack[-1])).ends and not ended.moves:
            stack.pop()
    return None
