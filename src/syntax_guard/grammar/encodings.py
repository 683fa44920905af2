"""Names of encodings that a later Python brought, and those that it takes for another encoding."""

from __future__ import annotations

import re

from .coding import declared_coding
from .rule import Rule
from .scanning import somewhere

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..model import Version
    from .code import Code, Node, Span

NAMES = {
    (3, 13): ("windows_31j "),
    (3, 14): (
        "874 cp00858 cp01140 cseuckr csibm00858 csibm01140 ebcdic_us_37_euro ibm00858 ibm01140 iso_8859_8_e "
        "iso_8859_8_i ms874 pc_multilingual_850_euro windows_874 "
    ),
    (3, 15): (
        "ccsid00858 ccsid01140 csbig5hkscs cseucpkdfmtjapanese csgb18030 csgb2312 csgbk cshproman8 "
        "csiso2022jp2 csiso885913 csiso885914 csiso885915 csiso885916 csiso88598e csiso88598i cskoi8u "
        "csksc56011987 cskz1048 csmacintosh cstis620 csunicode11utf7 csutf16 csutf16be csutf16le csutf32 "
        "csutf32be csutf32le csutf7 csutf8 cswindows1250 cswindows1251 cswindows1252 cswindows1253 "
        "cswindows1254 cswindows1255 cswindows1256 cswindows1257 cswindows1258 cswindows31j cswindows874 "
        "gb_2312_80 iso_ir_149 ks_c_5601_1989 ksc_5601 latin_10 latin_2 latin_3 latin_4 latin_5 latin_6 "
        "latin_7 latin_8 latin_9 mac utf8_sig windows_936 "
    ),
}
"""Names in ``encodings.aliases`` since a Python version."""
KOREAN = ["korean", "ks_c_5601", "ks_c_5601_1987", "ks_x_1001", "ksc5601", "ksx1001"]
"""Names of EUC-KR until 3.14, and of what is a superset of it, CP949, from then on."""


def looked_up(source: bytes) -> str:
    """The declared name as ``encodings.search_function`` looks for it; nothing where none is declared."""
    name = declared_coding(source) if b"coding" in source else None
    return re.sub(r"[-_.]+", "_", name or "").strip("_").lower()


def _is_new(names: str) -> Callable[[bytes], bool]:
    known = set(names.split())
    return lambda source: looked_up(source) in known


def _is_korean(source: bytes) -> bool:
    return looked_up(source) in KOREAN


def declaration(code: Code, node: Node) -> Iterator[Span]:
    """Where an encoding is declared."""
    del node
    start = code.utf8.index(b"coding")
    yield start, start + len(b"coding")


def _beyond_euc_kr(code: Code, node: Node) -> Iterator[Span]:
    try:
        code.data.decode("euc_kr")
    except UnicodeDecodeError:
        yield from declaration(code, node)


def _name_rule(version: Version, names: str) -> Rule:
    example = names.split()[0]
    return Rule(
        since=version,
        what="Encoding name",
        trigger=somewhere(_is_new(names)),
        find=declaration,
        refused=f"# coding: {example}\n",
        accepted=f"x = 1  # coding: {example}\n",
    )


ENCODING_RULES = (
    *(_name_rule(version, names) for version, names in NAMES.items()),
    Rule(
        since=(3, 15),
        what="Character of CP949 under a name of EUC-KR",
        trigger=somewhere(_is_korean),
        find=_beyond_euc_kr,
        refused="# coding: korean\n# \x81\n",
        accepted="# coding: euc-kr\n",
    ),
)
