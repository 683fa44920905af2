"""What CI servers read in a log: written from their rules, to look at reports as they do.

GitHub's runner (actions/runner, src/Runner.Common/ActionCommand.cs) takes a line for a command when it starts, after
blanks, with ``::name …::``, or has ``##[name …]`` anywhere. Its string search follows the culture, which passes over
characters without weight, so these are taken out first. Names that it does not know count too here.

GitLab's server (gitlabhq: lib/gitlab/ci/reports/codequality_reports.rb, app/validators/json_schemas/codeclimate.json)
drops an issue of a Code Quality report that lacks one of four fields or has one of another type, and says nothing; of
those that share a fingerprint it keeps the last. A severity that it does not know sorts behind all others.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any, NamedTuple


class Command(NamedTuple):
    """A workflow command: its name, its properties and its data, unescaped as the runner does."""

    name: str
    properties: dict[str, str]
    data: str


def github_commands(log: str) -> list[Command]:
    """Return the commands that the runner finds in a log; its lines end at CR, LF or CRLF."""
    found = []
    for line in log.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        seen = "".join(character for character in line if unicodedata.category(character) not in ("Cc", "Cf", "Cn"))
        command = _second_form(seen) or _first_form(seen)
        if command:
            found.append(command)
    return found


def other_commands(log: str) -> list[str]:
    """Return the beginnings of commands of Azure Pipelines and TeamCity that are in a log."""
    return [prefix for prefix in ("##vso[", "##teamcity[", "##[") if prefix in log.lower()]


GITLAB_SEVERITIES = ("blocker", "critical", "major", "minor", "info", "unknown")


def gitlab_issues(report: str) -> list[dict[str, Any]]:
    """Return the issues that GitLab's server takes from a report."""
    return list({issue["fingerprint"]: issue for issue in json.loads(report) if _is_issue(issue)}.values())


def _is_issue(issue: Any) -> bool:
    types = {"description": str, "fingerprint": str, "severity": str, "location": dict}
    if not isinstance(issue, dict) or not all(isinstance(issue.get(name), kind) for name, kind in types.items()):
        return False
    location = issue["location"]
    begin = location.get("lines", {}).get("begin", 0) if isinstance(location.get("lines", {}), dict) else None
    return isinstance(location.get("path", ""), str) and type(begin) is int


def _second_form(line: str) -> Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, properties = line[2:end].partition(" ")
    pairs = (pair.split("=", 1) for pair in properties.strip().split(",") if "=" in pair)
    return Command(name, {key: _unescaped(value) for key, value in pairs}, _unescaped(line[end + 2 :]))


def _first_form(line: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    return Command(line[start + 3 : end].partition(" ")[0], {}, line[end + 1 :])


def _unescaped(text: str) -> str:
    for escaped, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, character)
    return text
