"""Each format's report against its schema (schemas/README.md says whose they are)."""

from __future__ import annotations

import functools
import json
import os
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import fastjsonschema
import xmlschema

from .samples import HERE

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = os.path.join(HERE, "..", "..", "docs")
MACHINE = ("json", "json-lines", "gitlab", "sarif", "junit", "rdjson")
SCHEMAS = {
    "json": os.path.join(DOCS, "report.schema.json"),
    "gitlab": os.path.join(HERE, "schemas", "gitlab.json"),
    "sarif": os.path.join(HERE, "schemas", "sarif.json"),
    "rdjson": os.path.join(HERE, "schemas", "rdjson.json"),
}


def validate(name: str, report: str) -> None:
    """Raise an exception of the schema library where a report in the format ``name`` is not valid."""
    report.encode("ascii")
    if name == "junit":
        junit_schema().validate(_without_places(report))
    elif name == "json-lines":
        check = definition("diagnostic")
        for line in report.splitlines():
            check(loaded(line))
    else:
        schema(SCHEMAS[name])(loaded(report))


def _without_places(report: str) -> str:
    """A JUnit report without `file` and `line` of its cases, which GitLab and others read and this schema lacks."""
    root = ET.fromstring(report)
    for case in root.iter("testcase"):
        case.attrib.pop("file", None)
        case.attrib.pop("line", None)
    return ET.tostring(root, encoding="unicode")


def loaded(document: str) -> Any:
    """Return the value of a JSON document, or raise UnicodeEncodeError for a string that strict readers refuse."""
    value = json.loads(document)
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


@functools.cache
def schema(path: str) -> Callable[[Any], Any]:
    """Return the check that a JSON schema file stands for."""
    with open(path, encoding="utf-8") as file:
        return compiled(strict(json.load(file)) if path == SCHEMAS["json"] else json.load(file))


@functools.cache
def definition(name: str) -> Callable[[Any], Any]:
    """Return the check of one definition of our own schema."""
    with open(SCHEMAS["json"], encoding="utf-8") as file:
        whole = json.load(file)
    return compiled(strict({**whole["definitions"][name], "definitions": whole["definitions"]}))


def strict(document: Any) -> Any:
    """Return a schema that takes no other fields: ours lets readers expect more than what there is today."""
    if isinstance(document, list):
        return [strict(each) for each in document]
    if not isinstance(document, dict):
        return document
    closed = {"additionalProperties": False} if isinstance(document.get("properties"), dict) else {}
    return {**{name: strict(each) for name, each in document.items()}, **closed}


def compiled(document: Any) -> Callable[[Any], Any]:
    check: Callable[[Any], Any] = fastjsonschema.compile(document)
    return check


@functools.cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(os.path.join(HERE, "schemas", "junit-10.xsd"))
