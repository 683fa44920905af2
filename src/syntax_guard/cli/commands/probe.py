"""`syntax-guard probe`: a health check for images without curl."""

from __future__ import annotations

from ...errors import SyntaxGuardError
from ...gates import http_health
from ...reports.neutral import visible
from ..exit_codes import OK, RED
from ..output import complain, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..parser import Parser
    from ..verbs import Parse

DESCRIPTION = "Ask a server for its health with one GET. It is healthy when it answers 2xx in time."
EPILOG = "exit codes: 0 healthy; 1 not, or it could not be asked"
TIMEOUT, START_PERIOD = 5.0, 40.0
LIMIT = 1e6
"""The most that any number here can be."""


def add_arguments(verb: Parser) -> None:
    """What `probe` takes."""
    from ..parser import number_above

    verb.add_argument("url", metavar="URL", help="such as http://127.0.0.1:8000/health")
    verb.add_argument("--timeout", type=number_above(0, float), default=TIMEOUT, metavar="SECONDS",
                      help="for all of it (default 5); keep it below that of the health check")  # fmt: skip
    verb.add_argument("--unix-socket", metavar="PATH", help="ask the server that listens on this socket")
    verb.add_argument("--restart-after", type=number_above(0, int), metavar="N",
                      help="after N failures in a row send SIGTERM to process 1, so that the container's restart "
                      "policy starts it again")  # fmt: skip
    verb.add_argument("--start-period", type=number_above(-1, float), default=START_PERIOD, metavar="SECONDS",
                      help="failures count for --restart-after when process 1 is older than this "
                      "(default 40)")  # fmt: skip


def run(arguments: list[str], parse: Parse) -> int:
    """Ask the server once, print what came of it, and return the exit code."""
    flags = _plain(arguments) or parse(arguments)
    answer = http_health.probe(flags["url"], flags["timeout"], flags["unix_socket"])
    outcome = answer.reason
    if flags["restart_after"]:
        from ...gates.restart import RestartError, note_result

        check = flags["url"] if flags["unix_socket"] is None else f"{flags['unix_socket']} {flags['url']}"
        try:
            outcome += note_result(check, flags["restart_after"], flags["start_period"], healthy=answer.healthy)
        except RestartError as error:
            complain(error)
    try:
        write([visible(f"{http_health.without_secret(flags['url'])}: {outcome}") + "\n"])
    except (BrokenPipeError, SyntaxGuardError):  # the exit code says it
        pass
    return OK if answer.healthy else RED


def _plain(arguments: list[str]) -> dict[str, Any] | None:
    """The flags where all is as it should be; None leaves the rest to `argparse`, which takes longer than the check."""
    read: dict[str, Any] = {
        "--timeout": float,
        "--restart-after": int,
        "--start-period": float,
        "--unix-socket": str,
    }
    least = {"--timeout": 0, "--restart-after": 0, "--start-period": -1}
    flags: dict[str, Any] = {
        "--timeout": TIMEOUT,
        "--restart-after": None,
        "--start-period": START_PERIOD,
        "--unix-socket": None,
    }
    urls = []
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("-"):
            urls.append(argument)
            continue
        name, equals, value = argument.partition("=")
        value = value if equals else next(rest, "-")
        try:
            if value.startswith("-"):
                return None
            flags[name] = read[name](value)
        except (KeyError, ValueError):
            return None
        if name in least and not least[name] < flags[name] < LIMIT:
            return None
    if len(urls) != 1:
        return None
    return {"url": urls[0], **{name[2:].replace("-", "_"): value for name, value in flags.items()}}
