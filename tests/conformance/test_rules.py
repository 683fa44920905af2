"""The table of rules: each example is what it says, to the rule, and to the real Pythons that are found."""

from __future__ import annotations

import functools
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from syntax_guard.grammar.requirements import RULES, Rule, requirements
from syntax_guard.grammar.rule import ALWAYS

from .pythons import APPROXIMATE, COMPILE, VERSIONS, ask, found
from .sources import examples

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syntax_guard.model import Version

HOST = sys.version_info[:2]
KNOWN = [rule for rule in RULES if rule.since <= HOST < rule.again]
LATER = len(RULES) - len(KNOWN)


def _id(rule: Rule) -> str:
    return f"{rule.since[0]}.{rule.since[1]} {rule.what}"


def _messages(source: str, version: tuple[int, int]) -> list[str]:
    return [one.problem.message for one in requirements(source.encode(), version) if one.is_refused_by(version)]


@pytest.mark.parametrize("rule", KNOWN, ids=_id)
def test_a_rule_finds_what_it_is_for(rule: Rule) -> None:
    last = (rule.since[0], rule.since[1] - 1)
    assert rule.message in _messages(rule.refused, last)
    assert _messages(rule.refused, rule.since) == [] or rule.since == HOST
    assert _messages(rule.accepted, last) == []


@pytest.mark.parametrize("rule", [rule for rule in KNOWN if rule.first != ALWAYS], ids=_id)
def test_a_rule_leaves_older_pythons_alone(rule: Rule) -> None:
    assert rule.message not in _messages(rule.refused, (rule.first[0], rule.first[1] - 1))


def test_rules_for_later_pythons_are_left_out_here() -> None:
    if LATER:
        pytest.skip(f"{LATER} of {len(RULES)} rules are for what Python {HOST[0]}.{HOST[1]} refuses itself")


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version[0]}.{version[1]}")
def test_the_real_python_agrees_with_the_table(version: tuple[int, int]) -> None:
    python = found().get(version)
    if python is None:
        pytest.skip(f"no python{version[0]}.{version[1]} found here")
    answers = ask(python, COMPILE, examples())
    for rule, refused, accepted in zip(RULES, answers[::2], answers[1::2], strict=True):
        if rule.is_refused_by(version):
            assert refused is not None, rule.refused
        if version == (rule.since[0], rule.since[1] - 1):
            assert accepted is None, rule.accepted
        if version >= rule.since:
            assert (refused is None) is (version < rule.again), rule.refused


@pytest.mark.slow
@pytest.mark.parametrize("host", VERSIONS[2:], ids=lambda version: f"{version[0]}.{version[1]}")
def test_the_rules_find_their_examples_on_every_host(host: tuple[int, int]) -> None:
    python = found().get(host)
    if python is None:
        pytest.skip(f"no python{host[0]}.{host[1]} found here")
    answers = ask(python, APPROXIMATE, examples())
    for rule, refused, accepted in zip(RULES, answers[::2], answers[1::2], strict=True):
        if rule.since <= host < rule.again:
            last = rule.since[1] - 1 - VERSIONS[0][1]
            assert refused[0][last] != [], rule.refused
            assert accepted[0][last] == [], rule.accepted


def test_a_place_is_counted_in_characters() -> None:
    (one,) = requirements("# coding: latin-1\né = [ü, (ß := a[b:=1])]\n".encode("latin-1"), (3, 9))
    problem = one.problem
    assert (problem.line, problem.column, problem.end_line, problem.end_column) == (2, 17, 2, 21)


def test_a_source_without_any_construct_needs_nothing() -> None:
    assert requirements(b"import os\n\nprint(os.name)\n", (3, 8)) == []


def test_a_deep_source_does_not_end_the_process() -> None:
    for source in (b"x" + b".y" * 2000, b"if x: pass\n" + b"elif y: pass\n" * 1500, b"(" * 150 + b"x" + b")" * 150):
        requirements(source, (3, 8))


def test_a_text_that_no_quote_ends_is_given_up_at_once() -> None:
    code = """
from syntax_guard.grammar import fstrings
for quote in fstrings.STRING_END:
    text = b"f" + quote + b"a" * 10_000 + b"\\n"
    try:
        fstrings._check_literal(text, fstrings._LITERAL.match(text))
    except fstrings._RefusedError:
        print("refused")
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.split() == ["refused"] * 4


def test_the_first_of_two_places_comes_first() -> None:
    found_problems = [one.problem for one in requirements(b"a[b := 1]\nmatch x:\n    case 1: pass\n", (3, 9))]
    assert [problem.line for problem in found_problems] == [1, 2]


@pytest.mark.skipif(HOST < (3, 14), reason="t-strings are new in Python 3.14")
def test_a_word_that_looks_like_a_prefix_hides_none() -> None:
    assert _messages("f(name='_ast', asname=t'ast')\n", (3, 13)) == ["t-string is new in Python 3.14"]


FUTURE = "from __future__ import annotations\n"
NAME_OF_3_13 = "\\N{IDEOGRAPHIC DESCRIPTION CHARACTER SURROUND FROM RIGHT}"
NAME_OF_3_14 = "\\N{SYMBOL FOR DELETE SQUARE CHECKER BOARD FORM}"
LOOPS_19 = "".join(f"{' ' * level}while x:\n" for level in range(19))


def _comprehensions(levels: int) -> str:
    return "[" * levels + "x" + " for x in y]" * levels


REFUSED = [
    ("rt'\\{{x}}'\n", range(8, 14)),
    ("class C:\n    x: [super for a in b]\n", [12]),
    (FUTURE + "class C:\n    x: [super for a in b]\n", []),
    ("class C:\n    def f(self, x: [__class__ for a in b]): pass\n", [12]),
    (FUTURE + "class C:\n    def f(self, x: [__class__ for a in b]): pass\n", []),
    (FUTURE + "x.y: f'{*a}'\n", range(8, 12)),
    (FUTURE + "x: f'{*a}'\n", range(9, 12)),
    ("(" * 60 + "f'{" + "[" * 60 + "x" + "]" * 60 + "}'" + ")" * 60 + "\n", []),
    ("(" * 99 + "f'a'" + ")" * 99 + "\n", [8]),
    (LOOPS_19 + " " * 19 + "with (a, b): pass\n", range(9, 13)),
    (LOOPS_19 + " " * 19 + "with (a), (b): pass\n", range(8, 13)),
    ("#coding=utf-7\nx+AA0-\ny\n", range(8, 12)),
    ("#coding=utf-7\nx+AA0-", range(8, 12)),
    ("#coding=utf-7\nx  #+AA0-\n", []),
    ("#coding=utf-7\n'''+AA0-\n'''\n", []),
    ("#coding=utf-7\n'''+AA0- '''\n", []),
    ("#coding=utf-7\nx  #+AA0-y\n", [12, 13]),
    ("#coding=utf-7\nx+AA0-y\n", range(8, 14)),
    ("#coding=utf-7\n'+AA0-'\nclass C[T]: pass\n", [*range(8, 12), 14, 15]),
    ("#coding=utf-7\n'''+AA0-'''\nclass C[T]: pass\n", range(8, 12)),
    ("#coding=utf-7\nx  #+AA0-class C[T]: pass\n", [12, 13]),
    ("#coding=utf-7\nx  #+AA0-y\nclass C[T]: pass\n", range(8, 14)),
    ("#coding=utf-7\nx+AA0--y\n", range(8, 12)),
    ("#coding=utf-7\nf'''{x+AA0-}'''\n", []),
    ("#coding=utf-7\nf'''{x,+AA0-y}'''\n", [12, 13]),
    ("#coding=utf-7\n'''\\+AA0-'''\n", [12, 13]),
    ("#coding=unicode_escape\n#\\N{SOM SIGN}\n", range(8, 11)),
    ("@(\nx)\ndef f(): pass\n", [8]),
    ("@( # a@\nx)\ndef f(): pass\n", [8]),
    ("if \\\n x: pass\n\\\nelse: pass\n", []),
    ("if (\n x): pass\n\\\nelse: pass\n", []),
    (FUTURE + "lambda: x\nx if y else z\nx = " + _comprehensions(21) + "\n", [12]),
    ("if x:\n    pass\n\\\n\npass\n", []),
    ("try:\n    pass\n\\\n\nexcept: pass\n", [8]),
    ("# coding: UTF-8-unix\nx = a[b := 1]\n", [8, 9]),
    ("#coding=idna\nx = 1\n", []),
    ("# coding: WINDOWS-31J\n", range(8, 13)),
    ("# coding: latin.2-\n", range(8, 15)),
    ("'\\N{TANGUT IDEOGRAPH-17000}'\n", range(8, 14)),
    ("'\\N{TANGUT IDEOGRAPH-187FF}'\n", range(8, 15)),
    ("r'\\N{TANGUT IDEOGRAPH-17000}' # \\N{EM}\n", []),
    ("f'{x}\\N{cuneiform sign kalam}'\n", range(8, 14)),
    ("'\\N{em}'\n", range(8, 12)),
    ("'\\N{hangul syllable ga}'\n", range(8, 14)),
    ("f'{rf\"{a:x\\u12}\"}'\n", [*range(8, 14)]),
    ("'a' rf'{a:{b}\\N}' 'c'\n", [12, 13]),
    ("rf'{a:\\{b}\\\\x}'\n", []),
    (f"f'{{r\"{NAME_OF_3_13}\"=}}'\n", range(8, 13)),
    (f"rf'' f'{{x, r\"{NAME_OF_3_14}\"=}}'\n", range(8, 14)),
    (f"'{{' rf'{{r\"{NAME_OF_3_14}\"=}}' f'{{y}}'\n", range(8, 12)),
    (f"f'{{r\"\\{NAME_OF_3_14}\"=}}'\n", range(8, 12)),
    (f"f'''{{r\"{NAME_OF_3_14}\" #c\n=}}'''\n", range(8, 14)),
    ("f'{rb\"\\N{cjk unified ideograph-4e00}#\"=}'\n", range(8, 14)),
    ("rf'{x:a{rb\"\\N\"=}}'\n", range(8, 13)),
    ("rf'{x:\\x{y=}}'\n", [12, 13]),
    ("#coding:unicode_escape\nx\n\\", []),
    ("class C(x, Fal\u017fe=1): pass\n", [8, 14, 15]),
    ("del x.__debug__\n", [14, 15]),
    ("(" * 98 + "x" + ")" * 98 + "\n", []),
    ("(" * 99 + "x" + ")" * 99 + "\n", [8]),
    ("f[1:2:" * 93 + "x" + "]" * 93 + "\n", []),
    ("f[1:2:" * 94 + "x" + "]" * 94 + "\n", [8]),
    ("{1: " * 104 + "x" + "}" * 104 + "\n", []),
    ("{1: " * 105 + "x" + "}" * 105 + "\n", [8]),
    ("".join(" " * n + "if x:\n" for n in range(9)) + " " * 9 + "x = " + "[" * 98 + "x" + "]" * 98 + "\n", [8]),
    ("x = f'{" + "(" * 98 + "x" + ")" * 98 + "}'\n", []),
    ("x = f'{" + "(" * 99 + "x" + ")" * 99 + "}'\n", [8]),
    ("try: " + _comprehensions(19) + "\nfinally: pass\n", []),
    ("try: " + _comprehensions(20) + "\nfinally: pass\n", [12]),
    ("try: pass\nexcept A as b: " + _comprehensions(19) + "\n", [12]),
    ("with a: " + _comprehensions(20) + "\n", [12]),
    ("with a as b[" + _comprehensions(20) + "]: pass\n", [12]),
    ("class C: " + _comprehensions(20) + "\n", []),
    ("try:\n class C: " + _comprehensions(20) + "\nfinally: pass\n", []),
    ("def f():\n yield\n " + _comprehensions(20) + "\n", [12]),
    ("def f():\n x: " + _comprehensions(21) + "\n", []),
    ("[x for x in y if " * 20 + "x" + "]" * 20 + "\n", []),
    ("[x for x in y if " * 21 + "x" + "]" * 21 + "\n", [12]),
    ("[" + "x" + " for x in y" * 555 + "]\n", []),
    ("[" + "x" + " for x in y" * 560 + "]\n", [8]),
]
"""Sources, and the minor versions whose CPython refuses them."""


@pytest.mark.parametrize(("source", "minors"), REFUSED)
def test_it_is_refused_for_the_pythons_that_refuse_it(source: str, minors: Iterable[int]) -> None:
    if HOST[1] in minors:
        pytest.skip(f"Python {HOST[0]}.{HOST[1]} refuses it itself")
    older = [version for version in VERSIONS if version < HOST]
    assert {version[1] for version in older if _messages(source, version)} == {*minors} & {one[1] for one in older}


@pytest.mark.parametrize("host", VERSIONS[2:], ids=lambda version: f"{version[0]}.{version[1]}")
def test_it_is_refused_on_every_host(host: Version) -> None:
    python = found().get(host)
    if python is None:
        pytest.skip(f"no python{host[0]}.{host[1]} found here")
    accepted = [(source, minors) for source, minors in REFUSED if host[1] not in minors]
    answers = ask(python, APPROXIMATE, [source.encode() for source, _ in accepted])
    for (source, minors), (rules, _) in zip(accepted, answers, strict=True):
        older = [version[1] for version, refused in zip(VERSIONS, rules, strict=False) if refused]
        assert older == [minor for minor in minors if minor < host[1]], source


@functools.cache
def refused_by(version: Version) -> set[str]:
    """The sources of `REFUSED` that the real Python of this version refuses."""
    sources = [source for source, _ in REFUSED]
    answers = ask(found()[version], COMPILE, [source.encode() for source in sources])
    return {source for source, answer in zip(sources, answers, strict=True) if answer is not None}


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"{version[0]}.{version[1]}")
def test_the_real_pythons_refuse_it(version: tuple[int, int]) -> None:
    python = found().get(version)
    if python is None:
        pytest.skip(f"no python{version[0]}.{version[1]} found here")
    answers = ask(python, COMPILE, [source.encode() for source, _ in REFUSED])
    refused = [source for (source, _), answer in zip(REFUSED, answers, strict=True) if answer is not None]
    assert refused == [source for source, minors in REFUSED if version[1] in minors]
