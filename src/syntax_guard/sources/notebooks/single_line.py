"""A cell of one line, which IPython tries as a magic without its ``%``: ``cd src``, ``pip install a b``, ``exit``."""

from __future__ import annotations

import os

from ...regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_NAMES = """
    alias alias_magic autoawait autocall automagic bookmark cd code_wrap colors conda config debug dhist dirs
    doctest_mode ed edit env gui hist history killbgscripts ldir load load_ext loadpy logoff logon logstart
    logstate logstop ls lsmagic macro magic mamba matplotlib micromamba mkdir notebook page pastebin pdb pdef
    pdoc pfile pinfo pinfo2 pip popd pprint precision prun psearch psource pushd pwd pycat pylab quickref recall
    rehashx reload_ext rep rerun reset reset_selective rmdir run save sc set_env sx system tb time timeit unalias
    unload_ext uv who who_ls whos xdel xmode
    autosave clear connect_info less more qtconsole subshell
"""
_OF_THE_SYSTEM = "cls copy ddir echo ren" if os.name == "nt" else "cat cp lf lk ll lx man mv rm"
LINE_MAGICS = frozenset(f"{_NAMES} {_OF_THE_SYSTEM}".split())
"""Those of IPython, with its aliases for the shell; in the last line of `_NAMES` those that its kernel adds."""
AUTOCALLED = ("exit", "quit")
"""Names that IPython calls with what follows them."""

_PARTS = regex(r"(\s*)(?:[,;/%]|!!?|\?\??)?\s*(%{0,2}[\w.*]*)(.*)")


def to_statement(line: str, shadowed: Callable[[str], bool]) -> str:
    """`line`, the only one of a cell, as Python; ``pass`` for a magic.

    `shadowed` tells whether a name has another meaning than the magic.
    """
    parts = _PARTS.match(line)
    if parts is None:
        return line
    indent, name, rest = parts.groups()
    rest = rest.lstrip()
    if name in AUTOCALLED and not shadowed(name):
        return line if rest.startswith("(") else _call(name, rest)
    if name not in LINE_MAGICS or rest.startswith(("=", ",")) or shadowed(name):
        return line
    return f"{indent}pass\n"


def _call(name: str, rest: str) -> str:
    return f"{name}({rest[:-1]});\n" if rest.endswith(";") else f"{name}({rest})\n"
