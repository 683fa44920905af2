"""Code scanning: SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as GitHub takes it."""

from __future__ import annotations

import os
from urllib.parse import quote

from ..findings.codes import CODES
from .fingerprint import fingerprints
from .in_file import in_file
from .neutral import json_document, visible
from .tool import NAME, version
from .wording import explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..model import Diagnostic, Result

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RULES = tuple(CODES)
ROOT = "%SRCROOT%"
PAGES = "https://github.com/syntax-guard/syntax-guard/blob/main/docs/codes.md"


def render(result: Result) -> Iterator[str]:
    """Yield one SARIF log with one run; line 1 stands where none is known."""
    marked = zip(result.diagnostics, fingerprints(result.diagnostics), strict=True)
    run = {
        "tool": {"driver": {"name": NAME, "version": version(), "rules": [_rule(code) for code in RULES]}},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        **_root(result),
        "properties": {
            "targets": [
                {"version": target.label, "answered_by": visible(target.interpreter.name), "exact": target.exact}
                for target in result.targets
            ]
        },
        "results": [_result(in_file(diagnostic), mark, result.root) for diagnostic, mark in marked],
    }
    yield json_document({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def uri(path: str) -> str:
    """Return a path as a URI reference (RFC 3986), byte by byte, so that any name keeps its identity."""
    drive, rest = os.path.splitdrive(path.replace(os.sep, "/"))
    if not os.path.isabs(path):
        return quote(_bytes((drive + rest).removeprefix("./")))
    place = drive if drive.startswith("//") else f"///{drive}" if drive else "//"  # a share is a host (RFC 8089, E.3)
    return f"file:{quote(_bytes(place), safe='/:')}{quote(_bytes(rest))}"


def _bytes(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte, as names on Windows may have
        return path.encode("utf-8", "surrogatepass")


def _root(result: Result) -> dict[str, Any]:
    """What ``%SRCROOT%`` stands for, where paths count from a folder that is known."""
    if not result.root:
        return {}
    return {"originalUriBaseIds": {ROOT: {"uri": uri(os.path.join(result.root, ""))}}}


def _rule(code: str) -> dict[str, Any]:
    said = CODES[code]
    return {
        "id": code,
        "shortDescription": {"text": said.meaning},
        "fullDescription": {"text": f"{said.meaning} {said.remedy}"},  # GitHub takes no rule without one (GH2012)
        "help": {"text": said.remedy},
        "helpUri": f"{PAGES}#{code}",
        "defaultConfiguration": {"level": said.severity},
    }


def _result(diagnostic: Diagnostic, fingerprint: str, root: str | None) -> dict[str, Any]:
    artifact = {"uri": uri(diagnostic.path)}
    if root and not os.path.isabs(diagnostic.path):
        artifact["uriBaseId"] = ROOT
    location = {"artifactLocation": artifact, "region": _region(diagnostic)}
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": RULES.index(diagnostic.code),
        "level": diagnostic.severity,
        # "[text](target)" is a link in a SARIF message (3.11.6); no text from a checked tree becomes one.
        "message": {"text": explained(diagnostic).replace("](", r"\](")},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"syntaxGuard/v1": fingerprint},
    }


def _region(diagnostic: Diagnostic) -> dict[str, int]:
    region = {"startLine": diagnostic.line or 1}
    if diagnostic.line is not None and diagnostic.column is not None:
        region["startColumn"] = diagnostic.column
        if diagnostic.end_line is not None and diagnostic.end_column is not None:
            region["endLine"] = diagnostic.end_line
            region["endColumn"] = diagnostic.end_column
    return region
