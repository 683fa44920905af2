"""What a reply may show of a message."""

from __future__ import annotations

import pytest

from syntax_guard.backend.redact import redact, without_passwords

from .postgres import HOST, PASSWORD, USER

MESSAGES = {
    "libpq": f'connection to server at "{HOST}" (10.1.2.3), port 6543 failed:'
    f' FATAL: password authentication failed for user "{USER}"',
    "psycopg": f"failed to resolve host '{HOST}': [Errno -2] Name or service not known",
    "asyncpg": f"[Errno 111] Connect call failed ('10.1.2.3', 6543) {HOST}",
    "URL": f"cannot open postgresql://{USER}:{PASSWORD.replace(' ', '')}@{HOST}:6543/shop",
    "conninfo": f"bad conninfo: host={HOST} user={USER} password=hunter2 dbname=shop",
    "IPv6": "could not reach fe80::1ff:fe23:4567:890a on port 6543",
    "plain": f"as {USER} on {HOST} with {PASSWORD}",
    "socket": 'connection to server on socket "/var/run/postgresql/.s.PGSQL.6543" failed',
    "path": "cannot open /srv/shop/secret.key",
}
NEVER = (HOST, USER, PASSWORD, "hunter2", "10.1.2.3", "6543", "fe80", "shop", "/srv", "/var")


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_nothing_of_the_connection_is_left(message: str) -> None:
    shown = redact(message, {HOST, USER, PASSWORD})
    assert [secret for secret in NEVER if secret in shown] == []


def test_what_happened_is_left() -> None:
    assert "password authentication failed" in redact(MESSAGES["libpq"])
    assert redact("'(' was never closed (line 3)") == '"***" was never closed (line 3)'


def test_a_secret_of_two_letters_does_not_eat_other_words() -> None:
    assert redact("as sa on a sandbox", {"sa"}) == "as *** on a sandbox"


def test_only_a_short_first_line_is_shown() -> None:
    assert len(redact("x" * 5000)) == 200
    assert redact("one\ntwo") == "one"


@pytest.mark.parametrize(
    ("message", "logged"),
    [
        ("cannot open redis://user:hunter2@cache:6379/0", "cannot open redis://user:***@cache:6379/0"),
        ("cannot open amqp://:p@ss@queue", "cannot open amqp://:***@queue"),
        ("bad conninfo: host=db password='two words' user=shop", "bad conninfo: host=db password=*** user=shop"),
        ("no answer from http://[::1]:8000/ping", "no answer from http://[::1]:8000/ping"),
        (
            'password authentication failed for user "shop"',
            'password authentication failed for user "shop"',
        ),
    ],
)
def test_the_log_has_everything_but_passwords(message: str, logged: str) -> None:
    assert without_passwords(message) == logged
