"""What a log and a reply may show of a message."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import pytest

from syntax_guard.backend import Check, CheckError, Checkup, Fault
from syntax_guard.backend.health import document
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
    "host and port": "no answer from cache.internal:6543",
    "user and host": "no route for shop@cache.internal",
    "role": f'role "{USER}" does not exist',
    "database": 'database "shop" does not exist',
    "mapping": f"{{'host': '{HOST}', 'user': '{USER}', 'dbname': 'shop'}}",
}
NEVER = (HOST, USER, PASSWORD, "hunter2", "10.1.2.3", "6543", "fe80", "shop", "/srv", "/var", "cache.internal")


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_nothing_of_the_connection_is_left_in_a_reply(message: str) -> None:
    known = {HOST, USER, PASSWORD} if message.startswith(("as ", "[Errno")) else set()
    assert [secret for secret in NEVER if secret in redact(message, known)] == []


HUNTER = "hunter2%F0x"
SECRETS = {
    "repr of a mapping": f"{{'password': '{HUNTER}', 'user': 'shop'}}",
    "JSON": f'{{"password": "{HUNTER}", "n": 1}}',
    "JSON with a quote": f'{{"db_password": "a\\"{HUNTER}"}}',
    "query": f"GET /v1?api_key={HUNTER}&page=2 failed",
    "api key": f"api-key: {HUNTER}",
    "header": f"X-Api-Key: {HUNTER}",
    "access key": f"aws_secret_access_key = {HUNTER}",
    "bearer": f"Authorization: Bearer {HUNTER}",
    "bearer in a mapping": f"{{'Authorization': 'Bearer {HUNTER}'}}",
    "bearer alone": f"401 for Bearer {HUNTER}.aaa=",
    "basic": f"authorization=Basic {HUNTER}==",
    "authorization without a scheme": f"Authorization: {HUNTER}",
    "passphrase": f"passphrase={HUNTER} is wrong",
    "passwd": f"PGPASSWD='{HUNTER} two words'",
    "pwd": f"pwd:{HUNTER};server=x",
    "token": f"refresh_token={HUNTER}",
    "cookie": f"Set-Cookie: {HUNTER}",
    "user and host": f"cannot reach shop:{HUNTER}@db.internal",
    "user and host with a port": f"cannot reach shop:{HUNTER}@db.internal:5432/x",
    "URL": f"redis://:{HUNTER}@cache:6379/0 refused",
    "URL with @": f"amqp://shop:a@{HUNTER}@queue refused",
    "URL with /": f"postgresql://shop:a/{HUNTER}@db/x refused",
    "tail read as a host": f"failed to resolve host '{HUNTER.replace('%', '')}@dbhost': no such name",
    "port of a broken URL": f"invalid literal for int() with base 10: '{HUNTER.replace('%', '')}@dbhost'",
    "private key": f"bad key -----BEGIN RSA PRIVATE KEY-----\n{HUNTER}\n-----END RSA PRIVATE KEY-----",
}


@pytest.mark.parametrize("message", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("how", ["an exception", "a fault"])
def test_no_secret_goes_into_the_log_or_a_reply(how: str, message: str, caplog: pytest.LogCaptureFixture) -> None:
    def ask() -> None:
        raise OSError(message) if how == "an exception" else CheckError(Fault("E", message))

    readings = asyncio.run(Checkup(Check("secret", ask)).readings())
    assert caplog.messages
    assert "hunter2" not in caplog.text
    assert "hunter2" not in str(document(readings, hide=frozenset()))


def test_what_happened_is_left() -> None:
    assert "password authentication failed" in redact(MESSAGES["libpq"])
    for text in (
        "'(' was never closed (line 3)",
        "cannot import name 'Gone' from 'app.models' (app/routers/items.py, line 1)",
        "No module named 'app.tokens' (app/main.py, line 12)",
        'relation "items" does not exist',
        "the token is missing",
        "invalid syntax (app/main.py:12)",
    ):
        assert redact(text) == text


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
        (f"{USER} with {quote(PASSWORD)}", f"{USER} with {quote(PASSWORD)}"),
    ],
)
def test_the_log_has_everything_but_passwords(message: str, logged: str) -> None:
    assert without_passwords(message) == logged


def test_nothing_in_the_log_acts_on_a_terminal_or_forges_a_line(caplog: pytest.LogCaptureFixture) -> None:
    def ask() -> None:
        raise CheckError(Fault("E\x1b[2J", "first\r\nCRITICAL forged \x1b[31m\u202e", "app/\n\x07.py"))

    asyncio.run(Checkup(Check("odd", ask)).readings())
    (message,) = caplog.messages
    assert message.isprintable()
    assert message.startswith("check odd fails (app/\\x0a\\x07.py): E\\x1b[2J: first CRITICAL forged")


def test_of_two_secrets_the_longer_is_hidden_as_a_whole() -> None:
    assert redact("walrus and walrus_user", ["walrus", "walrus_user"]) == "*** and ***"
