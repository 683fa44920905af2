"""The rooms: imports run one way, one room prints, and the documents name what there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import syntax_guard

from .conftest import PROJECT, Folder

PACKAGE = Path(syntax_guard.__file__).parent
ORDER = (
    "model", "errors", "store", "patterns", "cpus", "options", "versions", "pyproject", "settings", "child", "git",
    "python_files", "reading", "sources", "staging", "magics", "awaits", "notebooks", "interpreters", "discovery",
    "memory", "targets", "_probe", "copies", "beside", "grammar", "approximate", "bytecode", "answers", "suspicious",
    "threads", "questions", "processes", "worker", "crew", "index", "warned", "cache", "skim", "judge", "hints",
    "diagnostics", "check", "reports", "start", "watch", "healthcheck", "restart", "doctor", "command_line",
    "completion", "cli", "__main__",
)  # fmt: skip
"""From the values to the command line: a room imports from those that stand before it, and from none behind it."""
RANK = {room: rank for rank, room in enumerate(ORDER)}


def rooms() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] != "backend")


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The rooms that `path` imports, also late and for type checkers."""
    depth = len(path.relative_to(PACKAGE).parts)
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom):
            if node.level == depth:
                found |= {node.module.split(".")[0]} if node.module else {alias.name for alias in node.names}
            elif node.level == 0 and (node.module or "").split(".")[0] == "syntax_guard":
                found.add((node.module or "").partition(".")[2].split(".")[0])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("syntax_guard.")}
    return {name for name in found if name in RANK}


def imported_files(path: Path) -> set[Path]:
    """The files of the package that `path` imports, also late and for type checkers."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for place in (base, *(base / alias.name for alias in node.names)):
                found |= {file for file in (place.with_suffix(".py"), place / "__init__.py") if file.exists()}
    return found - {PACKAGE / "__init__.py"}


@pytest.mark.parametrize("path", rooms(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    if path.name == "__init__.py" and path.parent == PACKAGE:
        return
    assert room(path) in RANK, "a new room needs its place in ORDER"
    backwards = {name for name in imported(path) if RANK[name] > RANK[room(path)]}
    assert not backwards


@pytest.mark.parametrize("path", rooms(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_one_room_prints_and_reads_the_environment(path: Path) -> None:
    if room(path) == "cli":
        return
    words = {
        node.id if isinstance(node, ast.Name) else f"{getattr(node.value, 'id', '')}.{node.attr}"
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, (ast.Name, ast.Attribute))
    }
    allowed = {
        "_probe": {"sys.stdin"},  # the wire of a worker
        "git": {"os.environ"},  # what git is started with
        "worker": {"os.environ"},  # and an interpreter
        "check": {"os.environ"},  # where Pythons are looked for, also when the public API asks
    }.get(room(path), set())
    assert (
        not words & {"print", "sys.stdout", "sys.stderr", "sys.stdin", "sys.exit", "os.environ", "os.getenv"} - allowed
    )


def test_the_probe_is_in_the_grammar_of_the_oldest_target() -> None:
    ast.parse((PACKAGE / "_probe.py").read_bytes(), feature_version=(3, 8))
    assert imported(PACKAGE / "_probe.py") == set()


def manifest() -> str:
    return (PROJECT / ".pre-commit-hooks.yaml").read_text()


def readme() -> str:
    return (PROJECT / "README.md").read_text()


needs_project = pytest.mark.skipif(not (PROJECT / "README.md").exists(), reason="only the tests were unpacked")


@needs_project
def test_readme_names_the_hooks_of_the_manifest() -> None:
    hooks = set(re.findall(r"^- id: (\S+)", manifest(), re.MULTILINE))
    assert hooks == {"syntax-guard", "syntax-guard-tree"}
    assert set(re.findall(r"^ +- id: (\S+)", readme(), re.MULTILINE)) <= hooks
    assert all(f"`{hook}`" in readme() for hook in hooks)


@needs_project
def test_readme_lists_the_options_of_the_parser(folder: Folder) -> None:
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", folder.guard("check", "--help").out)) - {"--help"}
    listed = set(re.findall(r"^\| `(--[a-z-]+)", readme(), re.MULTILINE))
    assert listed == options


@needs_project
def test_readme_lists_the_exit_codes() -> None:
    assert [line[:5] for line in readme().splitlines() if re.match(r"\| \d \|", line)] == ["| 0 |", "| 1 |", "| 2 |"]
