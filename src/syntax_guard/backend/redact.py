"""Remove from a text what a stranger must not read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..reports.neutral import visible

HIDDEN = "***"

_NAMES = (
    r"[\w-]*(?:passw(?:or)?d|passphrase|pwd|pgpass|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|"
    r"signature|cookie|session[_-]?id)[\w-]*"
)
_VALUE = r"(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[^\s,;&)}\]]+)"
_PASSWORDS = (
    (re.compile(r"(://[^/\s:@]*:)[^\s]*(?=@)"), rf"\1{HIDDEN}"),  # a password may hold an @ and a /, and a host none
    (re.compile(r"(?i)(\bauthorization['\"]?\s*[:=]\s*['\"]?)(?:(?:bearer|basic|digest|token|negotiate)\s+)?[^\s'\",]+"),
     rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+(?=[\w.~+/=-]*[\d=._])[\w.~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(rf"(?i)(\b{_NAMES}['\"]?\s*(?:=>?|:)\s*){_VALUE}"), rf"\1{HIDDEN}"),
    (re.compile(r"(?<![\w/:.@-])([\w.+-]+:)[^\s:/@][^\s@]*(?=@[\w.\[-])"), rf"\1{HIDDEN}"),  # user:secret@host
    (re.compile(r"(?<=')[^'@\s]*(?=@[\w.-]+')"), HIDDEN),  # 'tail@host': a password that was read as a part of the host
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL), HIDDEN),
)  # fmt: skip

# What libpq, asyncpg, psycopg and HTTP clients put into their messages. A quote alone hides nothing: what is wrong with
# a source is quoted too.
_TELLING = (
    (re.compile(r"(?i)[a-z][a-z0-9+.-]*://[^\s'\"]+"), HIDDEN),
    (re.compile(r"\((['\"])[^'\"]*\1, \d+[^)]*\)"), HIDDEN),  # an address of the socket module
    (re.compile(rf"(?i)\b([\w-]*(?:user|host|dbname|database)[\w-]*['\"]?\s*[=:]\s*){_VALUE}"), rf"\1{HIDDEN}"),
    (re.compile(
        r"(?i)\b((?:server(?: on socket)?(?: at)?|host(?: name)?|user(?: name)?|role|database|dbname|address|to)\s*)"
        r"(\"[^\"]*\"|'[^']*'|«[^»]*»|“[^”]*”)"), rf'\1"{HIDDEN}"'),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), HIDDEN),
    (re.compile(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])"), HIDDEN),
    (re.compile(r"(?<![\w.-])(?=[\w.-]*[A-Za-z])(?![\w.-]*\.py:)[\w.-]+:\d{2,5}\b"), HIDDEN),  # host:port
    (re.compile(r"(?i)\b(port\s+)\d+"), rf"\1{HIDDEN}"),
    (re.compile(r"\S+@[\w.-]+"), HIDDEN),
    (re.compile(r"(?<!\w)(?:/[\w.@+-]+){2,}"), HIDDEN),
)  # fmt: skip
_LONGEST = 200


def without_passwords(text: str) -> str:
    """``text`` for the log, where hosts and users help and a password never does."""
    for password, instead in _PASSWORDS:
        text = password.sub(instead, text)
    return text


def for_log(text: str) -> str:
    """``without_passwords``, as one line that no terminal acts on."""
    return visible(" ".join(without_passwords(text).split()))


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The first line of ``text``, cut to 200 characters, without ``secrets`` and without what looks like one."""
    line = text.strip().partition("\n")[0]
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        line = line.replace(secret, HIDDEN) if len(secret) > 2 else re.sub(rf"\b{re.escape(secret)}\b", HIDDEN, line)
    line = without_passwords(line)
    for telling, instead in _TELLING:
        line = telling.sub(instead, line)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
