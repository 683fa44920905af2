"""What each file of a project says of its Pythons, and on which line."""

from __future__ import annotations

import pytest

from syntax_guard.config import declaring_files, file_facts
from syntax_guard.config.declarations.build import Build

PYPROJECT = "pyproject.toml"
SAID: dict[str, tuple[str, str, tuple[str, tuple[str, ...], int | None] | None]] = {
    "requires-python": (PYPROJECT, '[project]\nrequires-python = ">=3.9"\n', ("floor", (">=3.9",), 2)),
    "poetry": (PYPROJECT, '[tool.poetry.dependencies]\npython = "^3.9"\n', ("floor", (">=3.9,<4",), 2)),
    "poetry, behind a package with python in its name": (
        PYPROJECT, '[tool.poetry.dependencies]\npython-dateutil = "*"\npython = "^3.9"\n', ("floor", (">=3.9,<4",), 3)),
    "the key of another table before it": (
        PYPROJECT, '[tool.a]\nrequires-python = ">=3.7"\n[project]\nname = "a"\nrequires-python = ">=3.9"\n',
        ("floor", (">=3.9",), 5)),
    "the key of another table behind it": (
        PYPROJECT, '[project]\nrequires-python = ">=3.9"\n[tool.a]\nrequires-python = ">=3.7"\n',
        ("floor", (">=3.9",), 2)),
    "the key in a text before it": (
        PYPROJECT, '[project]\ndescription = """\nrequires-python = 1\n"""\nrequires-python = ">=3.9"\n',
        ("floor", (">=3.9",), 5)),
    "the key in an inline table": (PYPROJECT, 'project = { requires-python = ">=3.9" }\n', ("floor", (">=3.9",), 1)),
    "the key with its table": (PYPROJECT, 'a = 1\r\nproject.requires-python = ">=3.9"\r\n', ("floor", (">=3.9",), 2)),
    "poetry, behind a group": (
        PYPROJECT, '[tool.poetry.group.a.dependencies]\npython = "*"\n[tool.poetry.dependencies]\npython = "^3.9"\n',
        ("floor", (">=3.9,<4",), 4)),
    "our own table, behind that of a linter": (
        PYPROJECT, '[tool.black]\ntarget-version = ["py39"]\n[tool.syntax-guard]\ntarget-version = "3.9"\n',
        ("target-version", ("3.9",), 4)),
    "only another tool": (PYPROJECT, "[tool.ruff]\nline-length = 100\n", None),
    "our own table": (PYPROJECT, '[tool.syntax-guard]\ntarget-version = "3.9"\n', ("target-version", ("3.9",), 2)),
    "setup.cfg": ("setup.cfg", "[options]\npython_requires = >=3.8\n", ("floor", (">=3.8",), 2)),
    "setup.cfg, the key of another section": (
        "setup.cfg", "[a]\npython_requires = >=3.7\n[options]\nPython_Requires: >=3.8\n", ("floor", (">=3.8",), 4)),
    "setup.cfg of pbr": ("setup.cfg", "[metadata]\nname = a\npython-requires = >=3.9\n", ("floor", (">=3.9",), 3)),
    "setup.cfg, both": (
        "setup.cfg", "[metadata]\npython-requires = >=3.9\n[options]\npython-requires = >=3.8\n",
        ("floor", (">=3.8",), 4)),
    "setup.cfg of a linter": ("setup.cfg", "[flake8]\nmax-line-length = 100\n", None),
    "setup.py": ("setup.py", "from setuptools import setup\nsetup(\n  python_requires='>=3.8',\n)\n",
                 ("floor", (">=3.8",), 3)),
    "setup.py that computes": ("setup.py", "from setuptools import setup\nsetup(python_requires=VERSION)\n", None),
    "setup.py that is broken": ("setup.py", "setup(python_requires='>=3.8'\n", None),
    ".python-version": (".python-version", "3.11.7\n", ("pin", ("3.11",), 1)),
    ".python-version of several": (".python-version", "# two\n3.12\n3.9.18\n", ("pin", ("3.12", "3.9"), 2)),
    ".python-version of several in a line": (".python-version", "# two\n3.12 3.9\n", ("pin", ("3.12", "3.9"), 2)),
    ".python-version of uv": (".python-version", "cpython-3.13.0-linux-x86_64-gnu\n", ("pin", ("3.13",), 1)),
    ".python-version, free threads": (".python-version", "3.14t\n", ("pin", ("3.14",), 1)),
    ".python-version of a Python to come": (".python-version", "4.0\n", ("pin", ("4.0",), 1)),
    ".python-version of Python 2": (".python-version", "2.7.18\n", ("pin", ("2.7",), 1)),
    ".python-version of any 3": (".python-version", "3\n", None),
    ".python-version of PyPy": (".python-version", "pypy3.10-7.3.12\n", None),
    ".python-version of an environment": (".python-version", "my-env\n", None),
    ".python-version, system": (".python-version", "system\n", None),
    ".python-version by the names that uv knows": (
        ".python-version", "python3.12\ncp311\ncpython@3.10\n39\n", ("pin", ("3.12", "3.11", "3.10", "3.9"), 1)),
    ".python-version of a name that begins like those": (".python-version", "python-api\ncp-3x\npypy39\n", None),
    "the latest patch of asdf": (".tool-versions", "python latest:3.9\n", ("pin", ("3.9",), 1)),
    "the latest patch of mise": ("mise.toml", '[tools]\npython = "prefix:3.9"\n', ("pin", ("3.9",), 2)),
    "the latest of all": (".tool-versions", "python latest\n", None),
    ".tool-versions": (".tool-versions", "nodejs 20\npython 3.11.7 3.10.1\n", ("pin", ("3.11", "3.10"), 2)),
    "mise.toml": ("mise.toml", '[tools]\npython = "3.12"\n', ("pin", ("3.12",), 2)),
    "the full name of the tool": ("mise.toml", '[tools]\n"core:python" = "3.12"\n', ("pin", ("3.12",), 2)),
    "mise.toml, the key of another table": ("mise.toml", '[env]\npython = "3.9"\n[tools]\npython = "3.12"\n',
                                           ("pin", ("3.12",), 4)),
    "mise.toml of several": ("mise.toml", '[tools]\npython = ["3.12", {version = "3.10"}]\n',
                             ("pin", ("3.12", "3.10"), 2)),
    "Pipfile": ("Pipfile", '[requires]\npython_version = "3.9"\n', ("pin", ("3.9",), 2)),
    "Pipfile, the key of another table": (
        "Pipfile", '[a]\npython_version = "3.8"\n[requires]\npython_version = "3.9"\n',
        ("pin", ("3.9",), 4)),
    "an image": ("Dockerfile", "FROM python:3.11-slim\n", ("pin", ("3.11",), 1)),
    "the last stage": ("Dockerfile", "FROM node:20 AS web\nFROM python:3.12\nCOPY --from=web / /\n",
                       ("pin", ("3.12",), 2)),
    "an alias": ("Dockerfile", "FROM python:3.10 AS base\nFROM base AS build\nFROM build\n", ("pin", ("3.10",), 1)),
    "an argument": ("Dockerfile", "ARG V=3.9\nFROM python:${V}-slim\n", ("pin", ("3.9",), 2)),
    "a default in place": ("Dockerfile", "ARG V\nFROM python:${V:-3.9}\n", ("pin", ("3.9",), 2)),
    "a digest": ("Dockerfile", "FROM python:3.11@sha256:0123\n", ("pin", ("3.11",), 1)),
    "a registry": ("Dockerfile", "FROM registry.example.org:5000/library/python:3.11\n", ("pin", ("3.11",), 1)),
    "uv's image": ("Containerfile", "FROM example.org/uv:python3.12-bookworm-slim\n", ("pin", ("3.12",), 1)),
    "a name with a version": ("Dockerfile", "FROM example.org/ubi9/python-312\n", ("pin", ("3.12",), 1)),
    "an image of Google": ("Dockerfile", "FROM gcr.io/distroless/python3-debian12:nonroot\n", ("pin", ("3.11",), 1)),
    "an image of Amazon": ("Dockerfile", "FROM amazon/aws-lambda-python:3.12\n", ("pin", ("3.12",), 1)),
    "a platform": ("Dockerfile", "FROM --platform=linux/amd64 python:3.11\n", ("pin", ("3.11",), 1)),
    "lines that go on": ("Dockerfile", "FROM \\\n  # why\n  python:3.11\n", ("pin", ("3.11",), 1)),
    "an image of Python 2": ("Dockerfile", "FROM python:2.7-alpine\n", ("pin", ("2.7",), 1)),
    "an image of Python 2, whichever": ("Dockerfile", "FROM docker.io/library/python:2-slim\n", ("pin", ("2.0",), 1)),
    "an image of Python 4": ("Dockerfile", "FROM python:4\n", ("pin", ("4.0",), 1)),
    "an image that counts otherwise": ("Dockerfile", "FROM devcontainers-python:2-bookworm\n", None),
    "an image by its date": ("Dockerfile", "FROM python:20240101\n", None),
    "pyenv's newest 2": (".python-version", "2\n", ("pin", ("2.0",), 1)),
    "whatever is the newest": ("Dockerfile", "FROM python:3-slim\n", None),
    "a stage of another kind": ("Dockerfile", "FROM python:3.11 AS build\nFROM nginx:1.27\n", None),
    "arguments that grow": ("Dockerfile", "ARG A=$B$B\n" + "ARG B=$A$A$A$A\nARG A=$B$B$B$B\n" * 30 + "FROM $A\n", None),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "said"), SAID.values(), ids=SAID)
def test_a_file_says(name: str, content: str, said: tuple[str, tuple[str, ...], int | None] | None) -> None:
    facts = declaring_files.read(content.encode(), f"apps/backend/{name}")
    found = [(one.kind, one.says, one.line) for one in facts.declarations]
    assert found == ([said] if said else [])
    assert all(one.path == f"apps/backend/{name}" for one in facts.declarations)


@pytest.mark.parametrize(("name", "content", "said"), SAID.values(), ids=SAID)
def test_what_is_kept_is_what_was_read(
    name: str, content: str, said: tuple[str, tuple[str, ...], int | None] | None
) -> None:
    facts = declaring_files.read(content.encode(), name)
    assert file_facts.unpacked(file_facts.rows(facts)) == facts
    assert bool(facts.declarations) == (said is not None)


UNREADABLE = {
    "no TOML": (PYPROJECT, b"[project\n"),
    "not UTF-8": (PYPROJECT, b"x = '\xff'\n"),
    "no text": (PYPROJECT, b"[project]\nrequires-python = 3\n"),
    "no sections": ("setup.cfg", b"python_requires = >=3.8\n"),
    "no YAML": ("compose.yaml", b"services: [build\n"),
    "a date too large": ("mise.toml", b"x = 9999-99-99\n"),
    "a specifier": (".python-version", b">=3.9\n"),
    "a specifier in words": (".python-version", b">= 3.9\n"),
    "no number": (".python-version", b"3.x\n"),
    "a form feed, which ends no line": (".python-version", b"3.9\x0c3.13\n"),
    "a separator that cannot be seen": (".python-version", b"3.9\xc2\xa03.13\n"),
    "control bytes in a name": (".python-version", b"cpython-3.9\x08\n"),
    "a control byte for asdf": (".tool-versions", b"python 3.9\x1f3.13\n"),
    "quotes": (".python-version", b'"3.9"\n'),
    "UTF-16": (".python-version", "\ufeff3.9\n".encode("utf-16-le")),
    "UTF-16 of the other order": ("Dockerfile", "\ufeffFROM python:3.9\n".encode("utf-16-be")),
    "a specifier for asdf": (".tool-versions", b"python >= 3.9\n"),
    "a specifier for mise": ("mise.toml", b'[tools]\npython = ">=3.9"\n'),
    "a number for mise": ("mise.toml", b"[tools]\npython = 3.9\n"),
    "a number for pipenv": ("Pipfile", b"[requires]\npython_version = 3.9\n"),
    "a Dockerfile in a compose file": (
        "compose.yaml", b"services: {a: {build: {context: ., dockerfile_inline: 'FROM python:3.9'}}}\n"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_a_note(name: str, content: bytes) -> None:
    facts = declaring_files.read(content, name)
    assert facts.declarations == ()
    assert facts.note


@pytest.mark.parametrize(("name", "content", "said"), SAID.values(), ids=SAID)
def test_a_byte_order_mark_is_read_over(
    name: str, content: str, said: tuple[str, tuple[str, ...], int | None] | None
) -> None:
    assert declaring_files.read(content.encode("utf-8-sig"), name) == declaring_files.read(content.encode(), name)
    assert said is None or declaring_files.read(content.encode("utf-8-sig"), name).declarations


@pytest.mark.parametrize(("content", "line"), [("3.9\n>=3.8\n", 2), (">=3.8\n3.9\n", 1), ("3.9 >=3.8\n", 1)])
def test_beside_a_line_that_cannot_be_read_the_others_count(content: str, line: int) -> None:
    facts = declaring_files.read(content.encode(), ".python-version")
    assert [one.says for one in facts.declarations] == [("3.9",)]
    assert facts.note == f"line {line}: '>=3.8' names no Python (write one version a line, such as 3.9)"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[project]\nrequires-python = 3.9\n", 'line 2: project.requires-python: expected a string (write ">=3.9")'),
        ("[project]\nrequires-python = 3.10\n", 'line 2: project.requires-python: expected a string (write ">=3.10")'),
        ("[project]\nrequires-python = []\n", 'line 2: project.requires-python: expected a string (write ">=3.10")'),
        ("[project\n", "line 1: not valid TOML: "),
    ],
)
def test_a_note_says_what_to_write_and_leaves_the_name_of_the_file_to_others(content: str, said: str) -> None:
    assert (declaring_files.read(content.encode(), "app/pyproject.toml").note or "").startswith(said)


def test_beside_a_dockerfile_in_a_compose_file_the_other_builds_count() -> None:
    inline = "  inline:\n    build:\n      dockerfile_inline: FROM python:3.9\n"
    facts = declaring_files.read((COMPOSE + inline).encode(), "compose.yaml")
    assert facts.builds == declaring_files.read(COMPOSE.encode(), "compose.yaml").builds
    assert facts.note == "dockerfile_inline of the service 'inline' is not read"


def test_a_pin_that_never_ends_is_shown_in_a_line() -> None:
    [pin] = declaring_files.read(b"3.9.1 3.9.2 " * 1000 + b"3.8", ".python-version").declarations
    assert (pin.says, pin.shown) == (("3.9", "3.8"), ".python-version 3.9.1 3.9.2 3.8")


COMPOSE = """
services:
  api:
    build:
      context: apps/api
      dockerfile: ../../docker/api.Dockerfile
      target: serve
  plain:
    build: ./apps/plain
  other:
    image: postgres:18
  outside:
    build: ../elsewhere
  remote:
    build: https://example.org/repository.git
"""


def test_a_compose_file_says_what_is_built_for_which_folder() -> None:
    facts = declaring_files.read(COMPOSE.encode(), "compose.yaml")
    assert facts.builds == (
        Build("apps/api", "docker/api.Dockerfile", "serve", (), "compose.yaml", 7),
        Build("apps/plain", "apps/plain/Dockerfile", None, (), "compose.yaml"),
    )


EXTENDS = """
services:
  a: {build: {context: app, args: {V: "3.12", W: "1"}, target: base}}
  b: {extends: {service: a}, build: {args: {V: "3.9"}}}
  c: {extends: b, build: {target: serve}}
  d: {extends: a}
  circle: {extends: circle, build: other}
"""


def test_a_service_that_extends_another_builds_what_that_one_builds() -> None:
    builds = declaring_files.read(EXTENDS.encode(), "compose.yaml").builds
    said = [(one.context, {each.name: each.value for each in one.arguments}, one.stage) for one in builds]
    assert said == [
        ("app", {"V": "3.12", "W": "1"}, "base"),
        ("app", {"V": "3.9", "W": "1"}, "base"),
        ("app", {"V": "3.9", "W": "1"}, "serve"),
        ("other", {}, None),
    ]


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ("  x: {extends: {file: a.yaml, service: a}}\n", "extends of the service 'x' is not read"),
        ("include: [a.yaml]\n", "include is not read"),
    ],
)
def test_what_another_compose_file_says_is_a_note(more: str, note: str) -> None:
    facts = declaring_files.read((EXTENDS + more).encode(), "compose.yaml")
    assert (facts.note, len(facts.builds)) == (note, 4)


def test_a_service_of_another_file_is_a_note_where_nothing_is_built_here() -> None:
    facts = declaring_files.read(b"services: {a: {extends: {file: b.yaml, service: b}}}\n", "compose.yaml")
    assert (facts.note, facts.builds) == ("extends of the service 'a' is not read", ())


@pytest.mark.parametrize(
    ("floor", "lowest"),
    [
        (">=3.9", (3, 9)),
        (">=3.6", (3, 8)),
        (">3.10.2,<4", (3, 10)),
        ("<3.7", None),
        ("three", None),
        ("==3.12.*", (3, 12)),
        (">=3.100", (3, 100)),
        ("==4.*", (4, 0)),
    ],
)
def test_the_lowest_version_of_a_floor_is_kept(floor: str, lowest: tuple[int, int] | None) -> None:
    facts = declaring_files.read(f'[project]\nrequires-python = "{floor}"\n'.encode(), PYPROJECT)
    [kept] = file_facts.unpacked(file_facts.rows(facts)).declarations
    assert kept.lowest == lowest
