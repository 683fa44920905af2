"""The encoding that a source declares is the one that CPython takes it to declare."""

from __future__ import annotations

import pytest

from syntax_guard import check_source
from syntax_guard.grammar.coding import codec_name, declared_coding
from syntax_guard.grammar.requirements import requirements

EMACS = (
    "utf-8-unix",
    "utf_8_mac",
    "UTF-8-dos",
    "latin-1-dos",
    "Latin_1-unix",
    "iso-8859-1-unix",
    "iso_latin-1-mac",
    "idna",
)
NAMES = {
    "utf-8-unix": "utf-8",
    "utf_8_mac": "utf-8",
    "UTF-8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf8": "utf8",
    "utf8-unix": "utf8-unix",
    "latin-1": "iso-8859-1",
    "iso-8859-1-unix": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "iso-8859-15-unix": "iso-8859-15-unix",
    "iso-latin-1-unix": "iso-8859-1",
    "latin-1x": "latin-1x",
    "koi8-r": "koi8-r",
}


@pytest.mark.parametrize("coding", EMACS)
@pytest.mark.parametrize("body", ["x = 1\n", "x = a[b := 1]\n"])
def test_the_rules_read_what_emacs_declares(coding: str, body: str) -> None:
    source = f"# -*- coding: {coding} -*-\n{body}".encode()
    compile(source, "source", "exec")
    assert bool(requirements(source, (3, 8))) is (":=" in body)


@pytest.mark.parametrize(("declared", "name"), NAMES.items())
def test_a_name_is_what_the_tokenizer_makes_of_it(declared: str, name: str) -> None:
    assert codec_name(declared) == name


def _is_known(coding: str) -> bool:
    try:
        compile(f"# coding: {coding}\n".encode(), "source", "exec")
    except SyntaxError:
        return False
    return True


@pytest.mark.grid
@pytest.mark.parametrize("ending", ["", "-unix", "_dos", "-mac", "x", ".", "-"])
@pytest.mark.parametrize(
    "name", ["utf-8", "UTF_8", "utf8", "latin-1", "iso-8859-1", "iso-latin-1", "ascii", "iso-8859-15"]
)
def test_a_file_with_an_error_is_not_said_to_have_a_wrong_encoding(name: str, ending: str) -> None:
    (found,) = check_source(f"# coding: {name}{ending}\nx =\n".encode())
    assert found.code == ("syntax-error" if _is_known(name + ending) else "encoding-error")


@pytest.mark.parametrize(
    ("source", "name"),
    {
        b"# coding: latin-1\n": "latin-1",
        b"\xef\xbb\xbf#coding=utf-8\r\n": "utf-8",
        b"#!/usr/bin/python\r# vim: set fileencoding=koi8-r :\r": "koi8-r",
        b" \t\x0c\r\n\x0c#coding:ascii": "ascii",
        b"# coding: latin-1 coding: ascii\n": "latin-1",
        b"# coding : latin-1 coding= ascii\n": "ascii",
        b"# " + b"x" * 5000 + b" coding: latin-1\n": "latin-1",
        b"x = 1  # coding: latin-1\n": None,
        b"x = 1\n# coding: latin-1\n": None,
        b"\n\n# coding: latin-1\n": None,
        b"": None,
    }.items(),
)
def test_a_declaration_is_found_where_cpython_finds_it(source: bytes, name: str | None) -> None:
    assert declared_coding(source) == name
