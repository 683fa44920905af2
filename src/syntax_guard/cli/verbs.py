"""The verbs that answer at once: `targets`, `probe`, `doctor`, `completion`."""

from __future__ import annotations

import os

from ..errors import UsageError
from . import OK, RED, UNASKED
from .output import complain, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def answer(flags: dict[str, Any]) -> int:
    """Do what the verb in `flags` says, and return the exit code."""
    return {"targets": _targets, "probe": _probe, "doctor": _doctor, "completion": _completion}[flags.pop("verb")](
        flags
    )


def _targets(flags: dict[str, Any]) -> int:
    from ..check import survey
    from ..reports import targets
    from ..settings import load

    found = survey(load(flags, os.environ, os.getcwd()))
    if flags.get("output_format") == "json":
        from ..reports.neutral import json_document

        write([json_document(targets.document(found), indent=2)])
    else:
        write(line + "\n" for line in targets.table(found))
    return UNASKED if found.unanswered else OK


def _probe(flags: dict[str, Any]) -> int:
    from .. import healthcheck

    answer = healthcheck.probe(flags["url"], flags["timeout"])
    outcome = answer.reason
    if flags["restart_after"]:
        from ..restart import RestartError, heed

        try:
            limit, period = flags["restart_after"], flags["start_period"]
            outcome += heed(flags["url"], limit, period, healthy=answer.healthy)
        except RestartError as error:
            complain(error)
    from ..reports.neutral import visible

    write([visible(f"{healthcheck.without_secret(flags['url'])}: {outcome}") + "\n"])
    return OK if answer.healthy else RED


def _doctor(flags: dict[str, Any]) -> int:
    if flags["database"]:
        return _doctor_of_database(flags["database"])
    from shutil import get_terminal_size

    from ..doctor import examine, render, required_missing

    required = [name.strip() for names in flags["require"] for name in names.split(",") if name.strip()]
    required_missing((), required)  # says at once which of them is no gate
    findings = examine(flags["root"])
    missing = required_missing(findings, required)
    if flags["output_format"] == "json":
        write([render.as_json(findings, missing)])
    else:
        write([render.table(findings, missing, min(120, max(40, get_terminal_size().columns)))])
    return RED if missing else OK


def _doctor_of_database(url: str) -> int:
    try:
        from ..backend.connections import connections, lines
    except ImportError as missing:
        raise UsageError(f"--database: {missing}") from None
    write(line + "\n" for line in lines(connections(url)))
    return OK


def _completion(flags: dict[str, Any]) -> int:
    from ..completion import script

    write([script(flags["shell"])])
    return OK
