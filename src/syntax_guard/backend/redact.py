"""Take out of a text what a stranger must not read."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "***"

# What libpq, asyncpg, psycopg and HTTP clients put into their messages. Everything quoted goes: PostgreSQL quotes
# hosts, users, databases and relations alike, and a reader of a reply needs none of them.
_TELLING = (
    (re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE), HIDDEN),
    (re.compile(r"\((['\"])[^'\"]*\1, \d+[^)]*\)"), HIDDEN),  # an address of the socket module
    (re.compile(r"\"[^\"]*\"|'[^']*'|«[^»]*»|“[^”]*”|`[^`]*`"), f'"{HIDDEN}"'),
    (re.compile(r"\b(\w*(?:password|passwd|pwd|secret|token|user|host|dbname)\w*\s*[=:]\s*)\S+", re.IGNORECASE),
     rf"\1{HIDDEN}"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), HIDDEN),
    (re.compile(r"(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.IGNORECASE), HIDDEN),
    (re.compile(r"\b(port\s+)\d+", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"(?<!\w)(?:/[\w.@+-]+){2,}"), HIDDEN),
)  # fmt: skip
_LONGEST = 200
_PASSWORDS = (
    re.compile(r"(://[^/\s:@]*:)[^/\s]*(?=@)"),  # a password may hold an @, and a host none
    re.compile(r"(\w*(?:password|passwd|pwd|secret|token)\w*\s*[=:]\s*)(?:'[^']*'|\"[^\"]*\"|\S+)", re.IGNORECASE),
)


def without_passwords(text: str) -> str:
    """``text`` for the log, where hosts and users help and a password never does."""
    for password in _PASSWORDS:
        text = password.sub(rf"\1{HIDDEN}", text)
    return text


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The first line of ``text``, cut to 200 characters, without ``secrets`` and without what looks like one."""
    line = text.strip().partition("\n")[0]
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        line = line.replace(secret, HIDDEN) if len(secret) > 2 else re.sub(rf"\b{re.escape(secret)}\b", HIDDEN, line)
    for telling, instead in _TELLING:
        line = telling.sub(instead, line)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
