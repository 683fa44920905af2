"""Test reports of CI servers: JUnit XML as Jenkins and GitLab read it (jenkinsci/xunit-plugin, junit-10.xsd).

A test case is a file: a ``failure`` if it is broken, an ``error`` if that is not known, and passed with warnings
only. Files with nothing to say are not listed; where no file has anything, one passed case says so, because
CI servers take a report without cases for a failed run.
"""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree as ET

from ..findings.codes import CODES
from .neutral import visible
from .tool import NAME
from .wording import explained, place, summary_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..model import Diagnostic, Result


def render(result: Result) -> Iterator[str]:
    """Yield one XML document, in ASCII, with one test suite."""
    suite = ET.Element("testsuite", name=NAME)
    for path, found in groupby(result.diagnostics, key=lambda diagnostic: diagnostic.name):
        _add_case(suite, path, list(found))
    if not len(suite):
        case = ET.SubElement(suite, "testcase", name="every file", classname=NAME)
        ET.SubElement(case, "system-out").text = summary_line(result)
    counts = {
        "tests": str(len(suite)),
        "failures": str(len(suite.findall("*/failure"))),
        "errors": str(len(suite.findall("*/error"))),
    }
    suite.attrib.update(counts, skipped="0", time=f"{result.summary.seconds:.3f}")
    root = ET.Element("testsuites", {"name": NAME, **counts})
    root.append(suite)
    ET.indent(root)
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield ET.tostring(root, encoding="us-ascii").decode("ascii") + "\n"


def _add_case(suite: ET.Element, path: str, found: list[Diagnostic]) -> None:
    case = ET.SubElement(suite, "testcase", name=visible(path), classname=NAME, file=visible(found[0].path))
    if found[0].line is not None:  # of the first error, or else of the first warning
        case.set("line", str(next((one for one in found if one.severity == "error"), found[0]).line or found[0].line))
    errors = [diagnostic for diagnostic in found if diagnostic.severity == "error"]
    if errors:
        first = errors[0]
        kind = "error" if CODES[first.code].undecided else "failure"
        verdict = ET.SubElement(case, kind, type=first.code, message=explained(first))
        verdict.text = _lines(errors)
    warnings = [diagnostic for diagnostic in found if diagnostic.severity == "warning"]
    if warnings:
        ET.SubElement(case, "system-out").text = _lines(warnings)


def _lines(found: list[Diagnostic]) -> str:
    return "\n".join(f"{place(diagnostic)}: {diagnostic.code}: {explained(diagnostic)}" for diagnostic in found)
