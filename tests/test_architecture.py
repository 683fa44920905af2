"""The packages: imports run one way, one package prints, and the documents name what there is."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import syntax_guard
from syntax_guard.config.options import OPTIONS

from .conftest import PROJECT, Folder

PACKAGE = Path(syntax_guard.__file__).parent
ORDER = (
    "model", "errors", "regex", "storage", "config", "processes", "grammar", "sources", "targets", "judging", "cache",
    "findings", "run", "stream", "check", "reports", "gates", "doctor", "backend", "cli", "__main__",
)  # fmt: skip
"""From the values to the command line: a package imports from those that stand before it, and from none behind it."""
RANK = {package: rank for rank, package in enumerate(ORDER)}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def package(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The packages that `path` imports, also late and for type checkers."""
    return {package(file) for file in imported_files(path)}


def imported_files(path: Path) -> set[Path]:
    """The files of the package that `path` imports, also late and for type checkers."""
    found: set[Path] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for place in (base, *(base / alias.name for alias in node.names)):
                found |= {file for file in (place.with_suffix(".py"), place / "__init__.py") if file.exists()}
    return found - {PACKAGE / "__init__.py"}


def test_every_package_has_its_place_in_the_order() -> None:
    assert {package(path) for path in modules()} - {"__init__"} == set(ORDER)


def test_imports_run_one_way() -> None:
    against = {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in modules()
        if path != PACKAGE / "__init__.py"  # the public names, each imported when it is used
        for name in imported(path)
        if RANK[name] > RANK[package(path)]
    }
    assert against == set()


def test_nothing_but_the_database_report_imports_the_backend() -> None:
    importers = {path.relative_to(PACKAGE).as_posix() for path in modules() if "backend" in imported(path)}
    assert {name for name in importers if not name.startswith("backend/")} == {"cli/commands/doctor.py"}


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {path: imported_files(path) for path in modules() if path != PACKAGE / "__init__.py"}
    for path in graph:
        reached = seen = graph[path]
        while reached:
            reached = {file for each in reached for file in graph.get(each, ())} - seen
            seen = seen | reached
        assert path not in seen, f"{path.relative_to(PACKAGE)} imports itself by way of others"


def test_the_top_holds_few_modules() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == {
        "__init__",
        "__main__",
        "model",
        "errors",
        "regex",
        "run",
        "stream",
        "check",
    }


def test_packages_hold_no_code_of_their_own() -> None:
    filled = {path.parent.name for path in PACKAGE.glob("*/**/__init__.py") if path.read_bytes()}
    assert filled == {"backend"}  # its public names


def test_modules_stay_short() -> None:
    lines = {path: len(path.read_bytes().splitlines()) for path in modules()}
    assert {path: count for path, count in lines.items() if count > 320} == {}


def test_functions_stay_short() -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [(path, node) for path in modules() for node in ast.walk(tree(path)) if isinstance(node, kinds)]
    assert [(path, node.name) for path, node in found if (node.end_lineno or 0) - node.lineno >= 60] == []


def test_doctor_stays_small() -> None:
    """It tries, or reads what is sure: what is clever beyond that was wrong, and is not to come back."""
    files = [path for path in (PACKAGE / "doctor").rglob("*") if path.suffix in (".py", ".toml")]
    assert sum(len(path.read_bytes().splitlines()) for path in files) <= 1_700
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for path in files if path.suffix == ".py" for node in ast.walk(tree(path)) if isinstance(node, kinds)]
    assert [node.name for node in found if (node.end_lineno or 0) - node.lineno >= 40] == []


ALLOWED = {
    "__main__.py": {"os.environ"},  # which folders PYTHONPATH names
    "processes/_compile_worker.py": {"sys.stdin"},  # the wire of a worker
    "sources/git.py": {"os.environ"},  # what git is started with
    "sources/staged_index.py": {"os.environ"},  # what git would be started with
    "sources/index_bytes.py": {"os.environ"},  # and that work tree and repository
    "sources/git_attributes.py": {"os.environ"},  # where git looks for attributes
    "sources/git_modes.py": {"os.environ"},  # what configures git
    "processes/worker.py": {"os.environ"},  # and an interpreter
    "targets/discovery.py": {"os.environ"},  # what a library leaves there is taken out again
    "targets/machine.py": {"os.environ"},  # where Pythons are looked for, also when the public API asks
}
"""The modules beside `cli` and `backend`, which is a library in another application, that touch these names."""


def test_one_package_prints_and_reads_the_environment() -> None:
    forbidden = {"print", "sys.stdout", "sys.stderr", "sys.stdin", "sys.exit", "os.environ", "os.getenv"}
    used = {}
    for path in modules():
        words = {
            node.id if isinstance(node, ast.Name) else f"{getattr(node.value, 'id', '')}.{node.attr}"
            for node in ast.walk(tree(path))
            if isinstance(node, (ast.Name, ast.Attribute))
        }
        if package(path) not in ("cli", "backend") and words & forbidden:
            used[path.relative_to(PACKAGE).as_posix()] = words & forbidden
    assert used == ALLOWED


def test_the_compile_worker_is_in_the_grammar_of_the_oldest_target() -> None:
    worker = PACKAGE / "processes" / "_compile_worker.py"
    ast.parse(worker.read_bytes(), feature_version=(3, 8))
    assert imported(worker) == set()


def manifest() -> str:
    return (PROJECT / ".pre-commit-hooks.yaml").read_text()


def readme() -> str:
    return (PROJECT / "README.md").read_text()


needs_project = pytest.mark.skipif(not (PROJECT / "README.md").exists(), reason="only the tests were unpacked")


@needs_project
def test_readme_names_the_hooks_of_the_manifest() -> None:
    hooks = set(re.findall(r"^- id: (\S+)", manifest(), re.MULTILINE))
    assert hooks == {"syntax-guard", "syntax-guard-tree", "syntax-guard-dist"}
    assert set(re.findall(r"^ +- id: (\S+)", readme(), re.MULTILINE)) <= hooks
    assert all(f"`{hook}`" in readme() for hook in hooks)


@needs_project
def test_the_page_of_settings_lists_the_options_of_the_parser(folder: Folder) -> None:
    page = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", folder.guard("check", "--help").out)) - {"--help"}
    options |= {option.flags[0] for option in OPTIONS}  # one of which only `run` has
    listed = set(re.findall(r"^\| `(--[a-z-]+)", page, re.MULTILINE))
    assert listed == options


@needs_project
def test_readme_lists_the_exit_codes() -> None:
    assert [line[:5] for line in readme().splitlines() if re.match(r"\| \d \|", line)] == ["| 0 |", "| 1 |", "| 2 |"]


@needs_project
def test_the_architecture_page_has_the_packages_in_their_order() -> None:
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.split("\n|---|---|\n")[1].split("\n\n")[0]
    named = [name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert named == [name for name in ORDER if name != "__main__"]


@needs_project
def test_the_architecture_page_names_modules_that_exist() -> None:
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules_named = re.findall(r"`((?!tests/)(?:\w+/)+\w+\.py)`(?:: `(\w+)`)?", page)
    assert len(modules_named) > 10
    for name, table in modules_named:
        text = (PACKAGE / name).read_text(encoding="utf-8")
        assert re.search(rf"^{table}(?!\w)", text, re.MULTILINE), (name, table)
