"""Each file is asked of its own Python: the nearest project above it says which."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.settings import SPEAKING
from syntax_guard.model import this_interpreter
from syntax_guard.sources.work_tree import WorkTree

if TYPE_CHECKING:
    from typing import NoReturn

    from ..conftest import Folder

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
MATCH = "match x:\n    case 1: pass\n"
SAYS = {
    "floor": ("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n', "requires-python >=3.8", 2),
    "poetry": ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.8"\n', "Poetry's python >=3.8,<4", 2),
    "cfg": ("setup.cfg", "[options]\npython_requires = >=3.8\n", "python_requires >=3.8", 2),
    "setup": ("setup.py", "from setuptools import setup\nsetup(python_requires='>=3.8')\n", "python_requires >=3.8", 2),
    "pyenv": (".python-version", "3.8.18\n", ".python-version 3.8.18", 1),
    "asdf": (".tool-versions", "python 3.8.18\n", "python 3.8.18", 1),
    "mise": ("mise.toml", '[tools]\npython = "3.8"\n', "python 3.8", 2),
    "image": ("Dockerfile", "FROM python:3.8-slim\n", "FROM python:3.8-slim", 1),
}
"""Eight projects that say 3.8, each in another way."""


@pytest.fixture
def monorepo(repository: Folder) -> Folder:
    for name, (file, content, _, _) in SAYS.items():
        repository.write(f"apps/{name}/{file}", content)
        repository.write(f"apps/{name}/app/main.py", MATCH)
    repository.write("tools/main.py", MATCH)
    repository.git("add", ".")
    return repository


def refused(run_json: dict[str, object]) -> set[tuple[str, tuple[str, ...]]]:
    return {(one["path"], tuple(one["targets"])) for one in run_json["diagnostics"]}  # type: ignore[attr-defined]


def all_refused(below: str = "") -> set[tuple[str, tuple[str, ...]]]:
    return {(f"{below}{name}/app/main.py", ("3.8",)) for name in SAYS}


needs_match = pytest.mark.skipif(sys.version_info < (3, 10), reason="the host has to accept the newer syntax")


def test_a_search_from_the_top_asks_each_project(monorepo: Folder) -> None:
    assert refused(monorepo.check().json) == all_refused("apps/")


@pytest.mark.parametrize("count", [1, 300])
def test_a_declaration_counts_however_many_files_lie_beside_it(count: int, repository: Folder) -> None:
    for number in range(count):
        repository.write(f"app/{number}.txt")
    repository.write("app/.config/mise/config.toml", '[tools]\npython = "3.8"\n')
    repository.write("app/main.py", MATCH)
    repository.git("add", ".")
    assert refused(repository.check().json) == {("app/main.py", ("3.8",))}


def test_what_is_kept_of_a_file_counts_for_the_top_that_it_was_read_from(folder: Folder) -> None:
    folder.write("sub/compose.yaml", "services: {web: {build: {context: ./web, dockerfile: image}}}\n")
    folder.write("sub/web/image", "FROM python:3.8-slim\n")
    folder.write("sub/web/main.py", MATCH)
    assert refused(folder.check().json) == {("sub/web/main.py", ("3.8",))}
    assert refused(folder.check(cwd="sub").json) == {("web/main.py", ("3.8",))}
    assert [one["why"] for one in folder.check(cwd="sub").json["targets"]] == ["FROM python:3.8-slim in web/image:1"]


class TestAFolder:
    """Most folders declare nothing. One look at a folder tells so."""

    def test_is_asked_for_no_name_that_it_does_not_list(self, folder: Folder) -> None:
        folder.write("app/main.py")
        folder.write("app/Dockerfile")
        assert WorkTree(str(folder.path), None).speaking("app") == ["Dockerfile"]

    def test_may_be_on_a_disk_that_folds_cases(self, folder: Folder) -> None:
        folder.write("PyProject.TOML")
        assert [*WorkTree(str(folder.path), None).speaking("")] == ["pyproject.toml"]

    @pytest.mark.parametrize("error", [PermissionError, FileNotFoundError])
    def test_that_cannot_be_listed_is_asked_for_each_name(
        self, error: type[OSError], folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def scandir(_: str) -> NoReturn:
            raise error

        folder.write("pyproject.toml")
        monkeypatch.setattr(os, "scandir", scandir)
        assert WorkTree(str(folder.path), None).speaking("") == SPEAKING


def test_a_search_from_inside_says_the_same(monorepo: Folder) -> None:
    assert refused(monorepo.check(cwd="apps").json) == all_refused()
    assert refused(monorepo.check(cwd="apps/floor/app").json) == {("main.py", ("3.8",))}


def test_files_that_are_named_are_asked_the_same(monorepo: Folder) -> None:
    names = [f"apps/{name}/app/main.py" for name in SAYS]
    assert refused(monorepo.check(*names, "tools/main.py").json) == all_refused("apps/")


def test_staged_files_are_asked_by_the_staged_declarations(monorepo: Folder) -> None:
    for name, (file, _, _, _) in SAYS.items():
        monorepo.write(f"apps/{name}/{file}", "")  # in the work tree alone
    assert refused(monorepo.check("--staged").json) == all_refused("apps/")


def test_a_commit_is_asked_by_what_it_declares(monorepo: Folder) -> None:
    monorepo.git("commit", "-qm", "all")
    for name, (file, _, _, _) in SAYS.items():
        monorepo.write(f"apps/{name}/{file}", "")  # in the work tree alone
    assert refused(monorepo.check("--commits", "HEAD").json) == all_refused("apps/")


def test_a_warm_run_says_the_same(monorepo: Folder) -> None:
    first = monorepo.check().json
    again = monorepo.check().json
    assert again["diagnostics"] == first["diagnostics"]
    assert again["targets"] == first["targets"]


@pytest.mark.parametrize("name", SAYS)
def test_a_changed_declaration_is_asked_in_a_warm_tree(name: str, monorepo: Folder) -> None:
    monorepo.check()
    file, content, _, _ = SAYS[name]
    monorepo.write(f"apps/{name}/{file}", content.replace("3.8.18", HERE).replace("3.8", HERE))
    assert refused(monorepo.check().json) == all_refused("apps/") - {(f"apps/{name}/app/main.py", ("3.8",))}


@pytest.mark.parametrize("name", SAYS)
def test_a_finding_names_the_declaration_and_its_line(name: str, monorepo: Folder) -> None:
    file, _, shown, line = SAYS[name]
    run = monorepo.guard("check", "--output-format=concise", f"apps/{name}/app/main.py")
    assert run.code == 1
    assert f"asked by {shown} in apps/{name}/{file}:{line}" in run.out


def test_a_file_of_no_project_is_asked_of_this_python(monorepo: Folder) -> None:
    run = monorepo.check("tools/main.py")
    assert run.code == 0
    assert [target["why"] for target in run.json["targets"]] == ["the Python that runs syntax-guard"]


def test_what_git_does_not_track_says_nothing(repository: Folder) -> None:
    repository.write("app/pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    repository.write("app/main.py", MATCH)
    run = repository.guard("check", "app/main.py")
    assert run.code == 0
    assert "app/pyproject.toml" in run.err
    repository.git("add", "app/pyproject.toml")
    assert repository.guard("check", "app/main.py").code == 1


SETTLED = 2.1
"""Seconds after which a stamp is believed."""
COMING = {
    "a floor": ("app/pyproject.toml", '[project]\nrequires-python = ">=3.8"\n', True),
    "an image": ("docker/api", "FROM python:3.8\n", False),
}


@pytest.mark.parametrize(("name", "content", "is_there"), COMING.values(), ids=COMING)
def test_what_git_comes_to_track_is_asked_in_a_warm_tree(
    repository: Folder, name: str, content: str, is_there: bool
) -> None:
    repository.write("app/main.py", MATCH)
    if not is_there:
        repository.write("docker/other")
        repository.write("compose.yaml", "services: {a: {build: {context: app, dockerfile: ../docker/api}}}\n")
    repository.git("add", ".")
    if is_there:
        repository.write(name, content)
    time.sleep(SETTLED)
    assert repository.check().code == 0
    if not is_there:
        repository.write(name, content)
    repository.git("add", name)
    assert refused(repository.check().json) == {("app/main.py", ("3.8",))}


NEW_DECLARATIONS = {
    "at the top": ({}, {"pyproject.toml": '[project]\nrequires-python = ">=3.8"\n'}, "."),
    "in a folder": ({}, {"app/lib/.python-version": "3.8\n"}, "."),
    "in a folder between the top and where the run starts": ({}, {"app/.python-version": "3.8\n"}, "app/lib"),
    "in a folder of a tool": ({}, {".config/mise.toml": '[tools]\npython = "3.8"\n'}, "."),
    "in a file that said nothing": ({"pyproject.toml": "[tool.ruff]\n"},
                                    {"pyproject.toml": '[project]\nrequires-python = ">=3.8"\n'}, "."),
    "nearer than another": ({".python-version": HERE}, {"app/.python-version": "3.8\n"}, "."),
}  # fmt: skip


@pytest.mark.parametrize(("before", "new", "where"), NEW_DECLARATIONS.values(), ids=NEW_DECLARATIONS)
def test_a_new_declaration_is_asked_in_a_warm_tree(
    repository: Folder, before: dict[str, str], new: dict[str, str], where: str
) -> None:
    repository.write("app/lib/main.py", MATCH)
    for name, content in before.items():
        repository.write(name, content)
    repository.git("add", ".")
    time.sleep(SETTLED)
    assert repository.check(where).code == 0
    for name, content in new.items():
        repository.write(name, content)
    repository.git("add", ".")
    assert repository.check(where).code == 1


OF_MISE = (
    "mise.local.toml", "mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml", ".config/mise.toml",
    ".config/mise/config.toml",
)  # fmt: skip
MISE = '[tools]\npython = "{}"\n'


@pytest.mark.grid
@pytest.mark.parametrize("way", [".", "app/src/main.py", "--tracked", "--staged", "--commits=HEAD"])
@pytest.mark.parametrize("name", OF_MISE)
def test_a_file_of_mise_counts_for_the_folder_that_mise_finds_it_from(repository: Folder, name: str, way: str) -> None:
    repository.write(f"app/{name}", MISE.format("3.8"))
    repository.write("app/src/main.py", MATCH)
    repository.write("other/main.py", MATCH)
    repository.git("add", ".")
    if way.startswith("--commits"):
        repository.git("commit", "-qm", "all")
    run = repository.check(way)
    assert refused(run.json) == {("app/src/main.py", ("3.8",))}
    assert f"asked by python 3.8 in app/{name}:2" in repository.guard("check", way, "--output-format=concise").out


def test_the_files_of_mise_have_the_order_that_mise_gives_them(folder: Folder) -> None:
    folder.write("main.py", MATCH)
    for name in reversed(OF_MISE):
        folder.write(name, MISE.format("3.8"))
        assert folder.guard("check").code == 1, name
        folder.write(name, MISE.format(HERE))
        assert folder.guard("check").code == 0, name


def test_a_file_of_mise_that_nobody_commits_needs_no_note(repository: Folder) -> None:
    repository.write("mise.local.toml", MISE.format("3.8"))
    repository.write("main.py", MATCH)
    repository.git("add", "main.py")
    run = repository.guard("check")
    assert (run.code, run.err) == (0, "")
    repository.write(".config/mise.toml", MISE.format("3.8"))
    said = repository.guard("check").err
    assert said.startswith(".config/mise.toml is ignored until git tracks it", said.index(": ") + 2)


def test_the_nearest_folder_that_says_something_counts(folder: Folder) -> None:
    folder.write("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    folder.write("app/pyproject.toml", "[tool.ruff]\nline-length = 100\n")
    folder.write("app/setup.cfg", "[flake8]\nmax-line-length = 100\n")
    folder.write("app/main.py", MATCH)
    assert folder.guard("check", "app/main.py").code == 1
    folder.write("app/.python-version", f"{HERE}\n")
    assert folder.guard("check", "app/main.py").code == 0


def test_a_floor_comes_before_a_pin_of_the_same_folder(folder: Folder) -> None:
    folder.write("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    folder.write("Dockerfile", f"FROM python:{HERE}\n")
    folder.write("main.py", MATCH)
    assert folder.guard("check", "main.py").code == 1


def test_our_own_table_above_comes_before_what_is_inferred_below(folder: Folder) -> None:
    folder.write("pyproject.toml", f'[tool.syntax-guard]\ntarget-version = "{HERE}"\n')
    folder.write("app/pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    folder.write("app/main.py", MATCH)
    assert folder.guard("check").code == 0


def test_a_flag_comes_before_all(monorepo: Folder) -> None:
    assert monorepo.guard("check", "--target-version", HERE).code == 0
    assert monorepo.guard("check", "--isolated").code == 0


def test_this_interpreter_is_added_to_a_floor_and_not_to_a_pin(folder: Folder) -> None:
    folder.write("floor/pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    folder.write("pin/.python-version", "3.8\n")
    for name, versions in (("floor", ["3.8", HERE]), ("pin", ["3.8"])):
        folder.write(f"{name}/main.py")
        assert [target["version"] for target in folder.check(f"{name}/main.py").json["targets"]] == versions


NEWER = {
    "3.98": ("pyproject.toml", '[project]\nrequires-python = ">=3.98"\n'),
    "3.100": ("pyproject.toml", '[project]\nrequires-python = ">=3.100"\n'),
    "4.0": ("pyproject.toml", '[project]\nrequires-python = ">=4.0"\n'),
    "poetry's caret": ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^4.0"\n'),
    "a wildcard": ("pyproject.toml", '[project]\nrequires-python = "==4.*"\n'),
    "setup.cfg": ("setup.cfg", "[options]\npython_requires = >=4\n"),
    "setup.py": ("setup.py", "from setuptools import setup\nsetup(python_requires='>=4')\n"),
}


@pytest.mark.parametrize(("file", "content"), NEWER.values(), ids=NEWER)
def test_a_floor_that_no_python_here_reaches_leaves_its_own_files_undecided(
    file: str, content: str, folder: Folder
) -> None:
    folder.write(f"new/{file}", content)
    folder.write("new/main.py")
    folder.write("old/main.py")
    run = folder.check("new/main.py", "old/main.py")
    assert run.code == 1
    assert run.found == [("new/main.py", "no-interpreter", None)]
    assert f"new/{file}:2" in run.json["diagnostics"][0]["message"]
    shown, hint = folder.guard("check", "new/main.py").out.splitlines()[:2]
    assert (shown.count(f"new/{file}:2"), hint.count("`language_version: python")) == (1, 1)


@pytest.mark.parametrize("version", ["3.98", "3.100", "4.0"])
def test_a_pin_that_no_python_here_reaches_asks_this_one_with_a_note(version: str, folder: Folder) -> None:
    folder.write(".python-version", f"{version}\n")
    folder.write("main.py")
    run = folder.guard("check")
    assert run.code == 0
    assert ".python-version:1" in run.err


NOTED = {
    "a floor that does not parse": ("pyproject.toml", '[project]\nrequires-python = "3.8"\n'),
    "a floor that is too old": ("pyproject.toml", '[project]\nrequires-python = "<3.8"\n'),
    "a pin that is too old": (".python-version", "3.6.15\n"),
    "a pin of Python 2": (".python-version", "2.7.18\n"),
    "a pin that is a specifier": (".python-version", ">=3.8\n"),
    "a Dockerfile in a compose file": (
        "compose.yaml", "services: {a: {build: {context: ., dockerfile_inline: 'FROM python:3.8'}}}\n"),
    "no TOML": ("app/pyproject.toml", "[project\n"),
    **{f"too large: {file}": (f"app/{file}", content + "\n" * (1 << 20)) for file, content, _, _ in SAYS.values()},
}  # fmt: skip


@pytest.mark.parametrize(("file", "content"), NOTED.values(), ids=NOTED)
def test_a_declaration_of_no_use_is_a_note_and_stops_nothing(file: str, content: str, folder: Folder) -> None:
    folder.write(file, content)
    folder.write("app/main.py", MATCH)
    run = folder.guard("check", "app/main.py")
    assert (run.code, f"{file}:" in run.err or f"{file} is ignored" in run.err) == (0, True)


WAYS = {"a search": (), "tracked": ("--tracked",), "staged": ("--staged",), "commits": ("--commits", "HEAD"),
        "a merge": ("--merge", "HEAD~1")}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_each_gate_says_the_same_of_declarations_of_no_use(way: str, repository: Folder) -> None:
    repository.write("ok.py")
    repository.git("add", ".")
    repository.git("commit", "-qm", "before")
    for number, (file, content) in enumerate(NOTED.values()):
        repository.write(f"apps/{number}/{file}", content)
        repository.write(f"apps/{number}/app/main.py", MATCH)
    repository.write("mark/.python-version", "\ufeff3.8\n")
    repository.write("mark/main.py", MATCH)
    repository.write("large/Dockerfile", "FROM python:3.8\n" + "#\n" * (1 << 18))
    repository.write("large/main.py", MATCH)
    repository.git("add", ".")
    if way in ("commits", "a merge"):
        repository.git("commit", "-qm", "all")
    run = repository.check(*WAYS[way])
    assert refused(run.json) == {("mark/main.py", ("3.8",)), ("large/main.py", ("3.8",))}
    for number, (file, _) in enumerate(NOTED.values()):
        assert any(f"apps/{number}/{file}" in notice for notice in run.json["notices"]), file


def test_the_next_declaration_counts_where_one_is_of_no_use(folder: Folder) -> None:
    folder.write("pyproject.toml", '[project]\nrequires-python = "3.8"\n')
    folder.write("Dockerfile", "FROM python:3.8\n")
    folder.write("main.py", MATCH)
    run = folder.guard("check", "main.py")
    assert (run.code, "put an operator first: >=3.8), so FROM python:3.8 in Dockerfile:1 counts\n" in run.err) == (
        1,
        True,
    )


def test_a_note_says_what_is_asked_instead_unless_a_flag_does(folder: Folder) -> None:
    folder.write("pyproject.toml", "[project]\nrequires-python = 3.9\n")
    folder.write("app/.python-version", "3.11\n")
    folder.write("app/main.py", "x = 1\n")
    note = "pyproject.toml is ignored: line 2: project.requires-python: expected a string"
    this = this_interpreter()
    assert f'{note} (write ">=3.9"), so {this.name} is asked\n' in folder.guard("check", "app/main.py").err
    flagged = folder.guard("check", "--target-version", HERE, "app/main.py")
    assert f'{note} (write ">=3.9")\n' in flagged.err


def test_exclusions_add_up_downward(repository: Folder) -> None:
    folder = repository
    folder.write("pyproject.toml", '[tool.syntax-guard]\nexclude = ["*_pb2.py"]\n')
    folder.write("app/pyproject.toml", '[tool.syntax-guard]\nexclude = ["/gen/"]\n')
    for name in ("a_pb2.py", "app/a_pb2.py", "app/gen/a.py", "gen/a.py", "app/a.py"):
        folder.write(name, "x = (\n")
    folder.git("add", ".")
    found = {("app/a.py", "syntax-error", 1), ("gen/a.py", "syntax-error", 1)}
    assert set(folder.check().found) == found
    assert {path for path, _, _ in folder.check(cwd="app").found} == {"a.py"}


def test_warnings_and_what_is_broken_on_purpose_are_each_folder_s_own(folder: Folder) -> None:
    folder.write("pyproject.toml", '[tool.syntax-guard]\nwarnings = "ignore"\n')
    folder.write("app/pyproject.toml", '[tool.syntax-guard]\nwarnings = "error"\nexpected-broken = ["fixtures/"]\n')
    folder.write("a.py", "1 is 1\n")
    folder.write("app/a.py", "1 is 1\n")
    folder.write("app/fixtures/a.py", "x = (\n")
    folder.write("fixtures/a.py", "x = (\n")
    assert folder.check().found == [("app/a.py", "syntax-warning", 1), ("fixtures/a.py", "syntax-error", 1)]


def test_a_compose_file_says_which_image_a_folder_gets(folder: Folder) -> None:
    build = "build:\n      context: apps/api\n      dockerfile: ../../docker/api.Dockerfile\n      target: serve\n"
    folder.write("compose.yaml", f"services:\n  api:\n    {build}")
    folder.write("docker/api.Dockerfile", f"FROM python:3.8 AS serve\nFROM python:{HERE}\n")
    folder.write("apps/api/main.py", MATCH)
    assert folder.guard("check").code == 1


def composed(**services: str) -> str:
    """A compose file in which each of `services` says how it is built, in one line or more."""
    each = ((name, said if said.startswith("\n") else f" {{{said}}}") for name, said in services.items())
    return "services:\n" + "".join(f"  {name}:\n    build:{said}\n" for name, said in each)


ARGUMENT = f"ARG V={HERE}\nFROM python:$V\n"
BUILT = {
    "a mapping": ("context: ., args: {V: '3.8'}", ARGUMENT, "compose.yaml:3"),
    "a list": ("context: ., args: [V=3.8]", ARGUMENT, "compose.yaml:3"),
    "no default": ("context: ., args: {V: 3.8}", "ARG V\nFROM python:$V\n", "compose.yaml:3"),
    "what else would fail": ("context: ., args: {V: 3.8}", "ARG V\nFROM python:${V:?x}\n", "compose.yaml:3"),
    "a stage": ("context: ., target: old", f"FROM python:3.8 AS old\nFROM python:{HERE}\n", "compose.yaml:3"),
    "the line of one of several": (
        "\n      context: .\n      args:\n        W: 3.9\n        V: '${V:-3.8}'",
        ARGUMENT,
        "compose.yaml:7",
    ),
    "the item of one of several": (
        "\n      context: .\n      args:\n      - W=3.9\n      - V=3.8",
        ARGUMENT,
        "compose.yaml:7",
    ),
    "the line of a stage": (
        "\n      args: {W: 3.9}\n      target: old",
        f"FROM python:3.8 AS old\nFROM python:{HERE}\n",
        "compose.yaml:5",
    ),
    "no argument of the Dockerfile": ("context: ., args: {W: 3.9}", "ARG V=3.8\nFROM python:$V\n", "Dockerfile:2"),
}


@pytest.mark.parametrize(("said", "content", "place"), BUILT.values(), ids=BUILT)
def test_a_compose_file_says_with_what_an_image_is_built(folder: Folder, said: str, content: str, place: str) -> None:
    folder.write("compose.yaml", composed(a=said))
    folder.write("Dockerfile", content)
    folder.write("a.py", MATCH)
    run = folder.guard("check")
    assert (run.code, f"FROM python:3.8 in {place}" in run.out) == (1, True), run.out + run.err


def test_a_dockerfile_is_asked_as_it_is_built_for_a_folder_above_it_too(folder: Folder) -> None:
    folder.write("compose.yaml", composed(a="context: ., dockerfile: svc/Dockerfile, args: {V: '3.8'}"))
    folder.write("svc/Dockerfile", f"ARG V={HERE}\nFROM python:$V\n")
    folder.write("svc/a.py", MATCH)
    assert folder.check().json["diagnostics"][0]["targets"] == ["3.8"]


def test_all_images_of_a_dockerfile_are_asked(folder: Folder) -> None:
    old, new = (f"context: ., dockerfile: D.x, args: {{V: '{version}'}}" for version in ("3.8", HERE))
    folder.write("compose.yaml", composed(a=new, b=old))
    folder.write("D.x", "ARG V\nFROM python:$V\n")
    folder.write("a.py", MATCH)
    assert folder.check().json["diagnostics"][0]["targets"] == ["3.8"]


def built_from(name: str) -> str:
    return f"context: app, dockerfile: ../docker/{name}"


SEVERAL = {
    "two services": {"compose.yaml": composed(a=built_from("new"), b=built_from("old"))},
    "the older one first": {"compose.yaml": composed(a=built_from("old"), b=built_from("new"))},
    "a file laid over it": {
        "compose.yaml": composed(a=built_from("new")), "compose.override.yaml": composed(a=built_from("old")),
    },
    "two compose files": {
        "compose.yaml": composed(a=built_from("new")), "app/compose.yaml": composed(b="dockerfile: ../docker/old"),
    },
    "the file of the folder and another": {
        "compose.yaml": composed(a="context: app", b=built_from("old")), "app/Dockerfile": f"FROM python:{HERE}\n",
    },
    "the file of the folder, and only the other is built": {
        "compose.yaml": composed(b=built_from("old")), "app/Dockerfile": f"FROM python:{HERE}\n",
    },
    "the file of the folder is the older one": {
        "compose.yaml": composed(b=built_from("new")), "app/Containerfile": "FROM python:3.8\n",
    },
    "one that is too old": {
        "compose.yaml": composed(a=built_from("lost"), b=built_from("old")), "docker/lost": "FROM python:2.7\n",
    },
    "two documents": {"compose.yaml": composed(a=built_from("new")) + "---\n" + composed(a=built_from("old"))},
}  # fmt: skip


@pytest.mark.parametrize("files", SEVERAL.values(), ids=SEVERAL)
def test_all_images_for_a_folder_are_asked(repository: Folder, files: dict[str, str]) -> None:
    made = {"docker/new": f"FROM python:{HERE}\n", "docker/old": "FROM python:3.8\n", "app/a.py": MATCH, **files}
    for name, content in made.items():
        repository.write(name, content)
    repository.git("add", ".")
    for way in ([], ["--staged"], ["--hook", "app/a.py"]):
        assert refused(repository.check(*way).json) == {("app/a.py", ("3.8",))}


DEFAULTS = {
    "a default": ("args: {V: '${V:-3.8}'}", ARGUMENT, ""),
    "a default for an unset one": ("args: ['V=${W-3.8}']", ARGUMENT, ""),
    "a default within a default": ("args: {V: '${V:-${W:-3.8}}'}", ARGUMENT, ""),
    "a stage": ("target: '${STAGE:-old}'", f"FROM python:3.8 AS old\nFROM python:{HERE}\n", ""),
    "no stage": ("target: '${STAGE:-}'", f"FROM python:{HERE} AS a\nFROM python:3.8\n", ""),
    "the number of a stage": ("target: 0", f"FROM python:3.8\nFROM python:{HERE}\n", ""),
    "a file": (f"args: {{V: '${{V:-{HERE}}}'}}", ARGUMENT, "# V=3.9\nexport V = '3.8' # old\n"),
    "a file alone": ("args: [V]", ARGUMENT, "V=3.8 # old\n"),
    "a file that takes from itself": ("args: {V: $W}", ARGUMENT, 'W="${X}.8"\nX=3\n'),
    "something for a set one": ("args: {V: '${W:+3.8}'}", ARGUMENT, "W=1\n"),
    "an empty one with a default": ("args: {V: '${V:-3.8}'}", ARGUMENT, "V=\n"),
    "one that has to be set": ("args: {V: '${V:?no}'}", ARGUMENT, "V=3.8\n"),
}


@pytest.mark.grid
@pytest.mark.parametrize("way", [".", "--staged", "--commits=HEAD"])
@pytest.mark.parametrize(("said", "content", "env"), DEFAULTS.values(), ids=DEFAULTS)
def test_a_variable_of_a_compose_file_has_its_default_or_that_of_a_file(
    repository: Folder, said: str, content: str, env: str, way: str
) -> None:
    repository.write("compose.yaml", composed(a=f"context: app, {said}"))
    repository.write("app/Dockerfile", content)
    repository.write("app/main.py", MATCH)
    repository.write(".env", env)
    repository.write("app/.env", f"V={HERE}\nSTAGE=x\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "all")
    if way == "--staged":
        repository.write("app/main.py", MATCH + "\n")
        repository.git("add", ".")
    run = repository.check(way)
    assert (refused(run.json), run.json["notices"]) == ({("app/main.py", ("3.8",))}, [])


PLACES = {
    "a folder": ("context: '${C:-app}', dockerfile: D.x", "app/D.x", ""),
    "a folder of a file": ("context: './$C', dockerfile: D.x", "app/D.x", "C=app\n"),
    "a file": ("context: app, dockerfile: '${D:-D.x}'", "app/D.x", ""),
    "a part of both": ("context: 'a${C:-pp}', dockerfile: '../${D:-D}.x'", "D.x", ""),
}


@pytest.mark.parametrize(("said", "path", "env"), PLACES.values(), ids=PLACES)
def test_a_variable_of_a_compose_file_says_which_file_is_built(
    repository: Folder, said: str, path: str, env: str
) -> None:
    repository.write("compose.yaml", composed(a=said))
    repository.write(path, "FROM python:3.8\n")
    repository.write("app/main.py", MATCH)
    repository.write(".env", env)
    repository.git("add", ".")
    for way in (".", "--staged"):
        run = repository.check(way)
        assert (refused(run.json), run.json["notices"]) == ({("app/main.py", ("3.8",))}, [])


@pytest.mark.parametrize("said", ["context: '${C}'", "context: ., dockerfile: '$D'"])
def test_a_file_that_is_not_known_is_a_note(folder: Folder, said: str) -> None:
    folder.write("compose.yaml", composed(a=said))
    folder.write("Dockerfile", "FROM python:3.8\n")
    folder.write("main.py", MATCH)
    run = folder.guard("check")
    note = "a part of compose.yaml is ignored: which file it builds is not known: "
    assert (run.code, run.err.startswith(f"syntax-guard: {note}")) == (1, True)
    assert run.err.endswith(", so FROM python:3.8 in Dockerfile:1 counts\n")


@pytest.mark.parametrize("said", ["context: '${C:-..}'", "context: '${C:-https://example.org/a.git}'"])
def test_a_file_elsewhere_needs_no_note(folder: Folder, said: str) -> None:
    folder.write("compose.yaml", composed(a=said))
    folder.write("main.py", MATCH)
    assert (folder.guard("check").code, folder.guard("check").err) == (0, "")


@pytest.mark.parametrize("way", ["--staged", "--commits=HEAD", "--hook"])
def test_a_file_of_variables_that_a_commit_changes_is_a_change(repository: Folder, way: str) -> None:
    repository.write("compose.yaml", composed(a="context: app, args: [V]"))
    repository.write("app/Dockerfile", ARGUMENT)
    repository.write("app/main.py", MATCH)
    repository.write(".env", f"V={HERE}\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "all")
    repository.write(".env", "V=3.8\n")
    repository.git("add", ".")
    if way.startswith("--commits"):
        repository.git("commit", "-qm", "older")
    run = repository.check(way, *(["--", ".env"] if way == "--hook" else []))
    assert refused(run.json) == {("app/main.py", ("3.8",))}


def test_a_file_of_variables_that_git_does_not_track_says_nothing(repository: Folder) -> None:
    repository.write("compose.yaml", composed(a="context: ., args: {V: '${V:-3.8}'}"))
    repository.write("Dockerfile", ARGUMENT)
    repository.write("main.py", MATCH)
    repository.git("add", ".")
    repository.write(".env", f"V={HERE}\n")
    run = repository.guard("check")
    assert (run.code, run.err) == (1, "")


OLD_STAGE = f"FROM python:3.8 AS old\nFROM python:{HERE}\n"
OVER = {
    "a stage": (composed(a="context: ."), "target: old", OLD_STAGE, "override.yaml:3"),
    "an argument": (composed(a=f"context: ., args: {{V: '{HERE}'}}"), "args: {V: '3.8'}", ARGUMENT, "override.yaml:3"),
    "the folder": (composed(a="context: elsewhere, target: old"), "context: .", OLD_STAGE, "override.yaml"),
    "an image that is built": ("services: {a: {image: shop}}\n", "target: old", OLD_STAGE, "override.yaml:3"),
}


@pytest.mark.parametrize(("base", "said", "content", "place"), OVER.values(), ids=OVER)
def test_a_file_laid_over_a_compose_file_says_with_what_an_image_is_built(
    folder: Folder, base: str, said: str, content: str, place: str
) -> None:
    folder.write("compose.yaml", base)
    folder.write("compose.override.yaml", composed(a=said))
    folder.write("Dockerfile", content)
    folder.write("a.py", MATCH)
    run = folder.guard("check")
    assert (run.code, f"FROM python:3.8 in compose.{place}" in run.out) == (1, True), run.out


@pytest.mark.parametrize("way", [".", "--staged", "--commits=HEAD", "--hook"])
def test_a_file_laid_over_a_compose_file_that_a_commit_changes_is_a_change(repository: Folder, way: str) -> None:
    repository.write("docker-compose.yml", composed(a="context: app"))
    repository.write("app/Dockerfile", OLD_STAGE)
    repository.write("app/main.py", MATCH)
    repository.git("add", ".")
    repository.git("commit", "-qm", "all")
    repository.write("docker-compose.override.yml", composed(a="target: old"))
    untracked = repository.guard("check")
    assert (untracked.code, untracked.err) == (0, "")
    repository.git("add", ".")
    if way.startswith("--commits"):
        repository.git("commit", "-qm", "older")
    run = repository.check(way, *(["--", "docker-compose.override.yml"] if way == "--hook" else []))
    assert refused(run.json) == {("app/main.py", ("3.8",))}


def test_a_file_laid_over_a_compose_file_counts_where_git_does_not_look_for_it(repository: Folder) -> None:
    repository.write("compose.yaml", composed(a="context: ."))
    repository.write("compose.override.yaml", composed(a="target: old"))
    repository.write("Dockerfile", OLD_STAGE)
    repository.write("a.py", MATCH)
    repository.git("add", ".")
    (repository.path / "compose.override.yaml").unlink()
    deleted = repository.guard("check")
    assert (deleted.code, "compose.override.yaml is deleted here and not staged" in deleted.err) == (0, True)
    repository.git("update-index", "--assume-unchanged", "compose.override.yaml")
    assert refused(repository.check(".").json) == {("a.py", ("3.8",))}


def test_a_file_that_lies_over_no_compose_file_says_nothing(folder: Folder) -> None:
    folder.write("compose.override.yaml", composed(a="target: old"))
    folder.write("Dockerfile", OLD_STAGE)
    folder.write("a.py", MATCH)
    assert folder.guard("check").code == 0


UNKNOWN = {
    "something for one that may be set": ("args: {V: '${V:+3.8}'}", ARGUMENT),
    "a stage of a number that is not there": ("target: 1", "FROM python:3.8\n"),
    "a variable of the environment": ("args: {V: '${V}'}", ARGUMENT),
    "an argument without a value": ("args: [V]", ARGUMENT),
    "no value": ("target: a", "ARG V\nFROM python:${V:?x} AS a\n"),
    "an operator that is not read": ("target: a", "ARG B=python\nFROM ${B}:${V%%.*} AS a\n"),
    "a stage that is not there": ("target: '${STAGE}'", "FROM python:3.8 AS a\n"),
}


@pytest.mark.parametrize(("said", "content"), UNKNOWN.values(), ids=UNKNOWN)
def test_an_image_whose_python_is_not_known_is_a_note(folder: Folder, said: str, content: str) -> None:
    folder.write("compose.yaml", composed(a=f"context: ., {said}"))
    folder.write("Dockerfile", content)
    folder.write("a.py", MATCH)
    run = folder.guard("check")
    assert (run.code, "Dockerfile is ignored: " in run.err) == (0, True), run.err


def test_a_note_of_a_value_names_the_line_of_the_compose_file(folder: Folder) -> None:
    folder.write("compose.yaml", composed(a="\n      context: .\n      args:\n        W: $W\n        V: $X"))
    folder.write("Dockerfile", ARGUMENT)
    folder.write("a.py", MATCH)
    said = "line 2: which Python python:$X has is not known (compose.yaml:7 says so)"
    assert f"Dockerfile is ignored: {said}, so " in folder.guard("check").err


def test_an_image_of_something_else_needs_no_note(folder: Folder) -> None:
    folder.write("Dockerfile", "ARG V\nFROM debian:$V\n")
    folder.write("a.py", MATCH)
    assert "Dockerfile" not in folder.guard("check").err


def test_standard_input_is_asked_by_the_project_of_its_name(folder: Folder) -> None:
    folder.write("app/pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    run = folder.guard("check", "-", "--stdin-filename", "app/new.py", stdin=MATCH.encode())
    assert run.code == 1


BLOCK = '# /// script\n# requires-python = "{}"\n# dependencies = []\n# ///\n'


def test_a_script_says_itself_which_pythons_it_is_for(folder: Folder) -> None:
    folder.write("pyproject.toml", f'[project]\nrequires-python = ">={HERE}"\n')
    folder.write("old.py", BLOCK.format(">=3.8") + MATCH)
    folder.write("new.py", BLOCK.format(f">={HERE}") + MATCH)
    run = folder.check()
    assert run.found == [("old.py", "unsupported-syntax", 5)]
    assert run.json["diagnostics"][0]["targets"] == ["3.8"]
    assert "old.py:2" in folder.guard("check", "old.py").out


@pytest.mark.parametrize("floor", [">=3.98", ">=3.100", ">=4.0", "==4.*"])
def test_a_script_for_a_python_that_is_not_here_is_undecided(floor: str, folder: Folder) -> None:
    folder.write("a.py", BLOCK.format(floor) + "x = 1\n")
    run = folder.check()
    assert run.found == [("a.py", "no-interpreter", None)]
    assert run.json["diagnostics"][0]["hint"].startswith("install Python ")
    said = folder.guard("check").out
    assert "(" not in said.splitlines()[0], "no Python judged it"
    assert "= hint: install Python " in said


def test_many_scripts_are_heard_beside_other_files(folder: Folder) -> None:
    for number in range(40):
        folder.write(f"old{number}.py", BLOCK.format(">=3.8") + MATCH + f"x = {number}\n" * 500)
        folder.write(f"plain{number}.py", MATCH + f"x = {number}\n" * 500)
    for _ in range(2):
        run = folder.check()
        assert {path for path, _, _ in run.found} == {f"old{number}.py" for number in range(40)}
        assert run.json["summary"]["checked"] == 80


@pytest.mark.parametrize("place", ["folder", "repository"])
def test_folders_deep_in_each_other(place: str, request: pytest.FixtureRequest) -> None:
    folder: Folder = request.getfixturevalue(place)
    folder.write("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    if place == "repository":
        folder.git("add", "pyproject.toml")
    run = folder.check("--stdin-filename", "d/" * 1500 + "a.py", "-", stdin=MATCH.encode())
    assert (run.code, [code for _, code, _ in run.found]) == (1, ["unsupported-syntax"]), run.err


def test_a_flag_comes_before_a_script_s_block(folder: Folder) -> None:
    folder.write("old.py", BLOCK.format(">=3.8") + MATCH)
    assert folder.guard("check", "--target-version", HERE).code == 0


_VERSIONS = 'write the Pythons that it runs on, such as: # requires-python = ">=3.9"'
MALFORMED = {
    "no TOML": (
        "# /// script\n# a = 1\n# requires-python = >=3.8\n# ///\n",
        3, "write TOML in it, with # and a blank before each line"),
    "no specifier": (BLOCK.format("3.8"), 2, _VERSIONS),
    "no Python that can be asked": (BLOCK.format("<3"), 2, _VERSIONS),
    "no text": ("# /// script\n# requires-python = 3\n# ///\n", 2, _VERSIONS),
    "twice": ("\n".join([BLOCK.format(">=3.8")] * 2), 6, "keep one block"),
}  # fmt: skip


@pytest.mark.parametrize(("block", "line", "hint"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_block_is_a_warning_that_says_what_to_do(block: str, line: int, hint: str, folder: Folder) -> None:
    folder.write("a.py", block + "x = 1\n")
    run = folder.check()
    assert (run.code, run.found) == (0, [("a.py", "script-metadata", line)])
    assert run.json["diagnostics"][0]["hint"] == hint


def test_a_block_without_a_python_leaves_it_to_the_project(folder: Folder) -> None:
    folder.write("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    folder.write("a.py", "# /// script\n# dependencies = []\n# ///\n" + MATCH)
    assert folder.guard("check").code == 1


def test_the_verb_shows_each_project_and_who_said_so(monorepo: Folder) -> None:
    run = monorepo.guard("targets")
    assert run.code == 0
    for name, (file, _, shown, line) in SAYS.items():
        assert f"{shown} in apps/{name}/{file}:{line}" in run.out
    listed = monorepo.guard("targets", "--output-format", "json").json["projects"]
    assert {project["folder"] for project in listed} == {".", *(f"apps/{name}" for name in SAYS)}


def test_the_verb_shows_what_is_asked_about_one_file(monorepo: Folder) -> None:
    run = monorepo.guard("targets", "apps/image/app/main.py")
    first = run.out.splitlines()[0]  # where none of that version is here, the places that were searched follow
    assert first.split()[0] == "3.8"
    assert "apps/image/Dockerfile:1" in first
    assert monorepo.guard("targets", "nowhere.py").code == 2


def test_the_verb_shows_what_a_script_says_itself(folder: Folder) -> None:
    folder.write("old.py", BLOCK.format(">=3.8"))
    folder.write("new.py", BLOCK.format(">=3.98"))
    assert folder.guard("targets", "old.py").out.startswith("3.8 ")
    assert "requires-python >=3.8 in old.py:2" in folder.guard("targets", "old.py").out
    assert folder.guard("targets", "old.py", "--target-version", HERE).out.startswith(HERE)
    run = folder.guard("targets", "new.py")
    assert (run.code, "python3.98 was looked for in:" in run.out) == (2, True)
    assert "(known: 3.8 to 3." in run.out


PYPROJECT = '[project]\nrequires-python = ">=3.8"\n'
NAMED = f'[tool.syntax-guard]\ntarget-version = "{HERE}"\n'
NOT_ASKED = {
    "a setting": (PYPROJECT + NAMED, "a.py", (), "requires-python >=3.8 in pyproject.toml:2"),
    "a flag": (PYPROJECT, "a.py", ("--target-version", HERE), "requires-python >=3.8 in pyproject.toml:2"),
    "a flag before a setting": (PYPROJECT + NAMED, "script.py", ("--target-version", HERE),
                                f"target-version {HERE} in pyproject.toml:4"),
    "a setting before a first line": (NAMED, "script.py", (), "python3.8 in script.py:1"),
    "a setting before that of a folder": (NAMED, "image", (), "FROM python:3.8 in image/Dockerfile:1"),
    "a flag before a block": ("", "block.py", ("--target-version", HERE), "requires-python >=3.8 in block.py:2"),
    "a block before a setting": (PYPROJECT + NAMED, "block.py", (), None),
    "no setting": (PYPROJECT, "a.py", (), None),
}  # fmt: skip


@pytest.mark.parametrize(("content", "path", "flags", "left"), NOT_ASKED.values(), ids=NOT_ASKED)
def test_the_verb_says_what_an_explicit_target_left_unasked(
    folder: Folder, content: str, path: str, flags: tuple[str, ...], left: str | None
) -> None:
    folder.write("pyproject.toml", content)
    folder.write("a.py", "")
    folder.write("script.py", "#!/usr/bin/env python3.8\n")
    folder.write("block.py", BLOCK.format(">=3.8"))
    folder.write("image/Dockerfile", "FROM python:3.8\n")
    assert folder.guard("targets", path, *flags, "--output-format", "json").json["not_asked"] == left
    lines = [line for line in folder.guard("targets", path, *flags).out.splitlines() if line.startswith("not asked: ")]
    assert lines == [f"not asked: {left}"] * (left is not None)


def test_the_verb_says_why_the_block_of_a_script_is_ignored(folder: Folder) -> None:
    folder.write("a.py", BLOCK.format("3.8"))
    run = folder.guard("targets", "a.py")
    assert (run.code, run.out.split()[0]) == (0, HERE)
    assert run.err.startswith("syntax-guard: a.py:2: the block of script metadata is ignored: requires-python 3.8: it ")


UNDECIDING = {
    "requires-python comes first": ('[project]\nrequires-python = ">=3.8"\n', "Dockerfile", ""),
    "target-version comes first": ('[tool.syntax-guard]\ntarget-version = "3.8"\n', "in/pyproject.toml", ""),
    "nearer": ('[project]\nrequires-python = ">=3.8"\n', "in/Dockerfile", "in/Dockerfile is ignored until"),
    "a setting": (
        "[tool.syntax-guard]\ntarget-version = '3.8'\n", "in/pyproject.toml",
        "exclude in in/pyproject.toml is"),
}  # fmt: skip


@pytest.mark.parametrize(("tracked", "name", "told"), UNDECIDING.values(), ids=UNDECIDING)
def test_an_untracked_file_is_noted_where_it_would_decide(
    tracked: str, name: str, told: str, repository: Folder
) -> None:
    repository.write("pyproject.toml", tracked)
    repository.write("in/a.py")
    repository.git("add", "--all")
    more = "[tool.syntax-guard]\nexclude = ['b/']\n" if told.startswith("exclude") else ""
    text = "FROM python:3.11\n" if name.endswith("Dockerfile") else f"[project]\nrequires-python = '>=3.9'\n{more}"
    repository.write(name, text)
    assert repository.guard("check").err.startswith(f"syntax-guard: {told}" if told else ""), told
    assert bool(repository.guard("check").err) is bool(told)
    if os.name == "posix":
        assert ("until git tracks" in repository.guard("run", "--", "true").err) is bool(more)


def test_the_verb_says_which_declaration_is_ignored(repository: Folder) -> None:
    repository.write(".python-version", "3.11\n")
    run = repository.guard("targets")
    note = ".python-version is ignored until git tracks it (git add .python-version)"
    assert (run.code, run.err) == (0, f"syntax-guard: {note}, so {this_interpreter().name} is asked\n")


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_declaration_that_is_a_link_out_of_the_repository_is_noted_in_the_index_too(repository: Folder) -> None:
    (repository.path.parent / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.8"\n')
    (repository.path / "pyproject.toml").symlink_to("../pyproject.toml")
    repository.write("a.py", MATCH)
    repository.git("add", "-A")
    assert "out of the repository" in repository.guard("check", "a.py").err
    run = repository.guard("check", "--staged")
    assert run.code == 0
    note = "pyproject.toml is ignored: it is a link out of the repository"
    assert run.err.startswith(f"syntax-guard: {note}, so {this_interpreter().name} is asked\n")
    repository.git("commit", "-qm", "all")
    run = repository.guard("check", "--commits", "HEAD")
    assert (run.code, run.err) == (0, f"syntax-guard: {note}, so {this_interpreter().name} is asked\n")


UNTRACKED = {
    "settings of the run": ("[tool.syntax-guard]\noutput-format = 'json'\n", None),
    "another tool's": ("[tool.ruff]\noutput-format = 'json'\n", None),
    "a floor": ("[project]\nrequires-python = '>=3.8'\n", "requires-python >=3.8 in pyproject.toml is"),
    "both": (
        "[project]\nrequires-python = '>=3.8'\n[tool.syntax-guard]\njobs = 1\nexclude = ['a.py']\n",
        "requires-python >=3.8 and exclude in pyproject.toml are",
    ),
}


@pytest.mark.parametrize(("content", "said"), UNTRACKED.values(), ids=UNTRACKED)
def test_a_note_says_what_of_an_untracked_file_does_not_count(
    repository: Folder, content: str, said: str | None
) -> None:
    repository.write("pyproject.toml", content)
    repository.write("app/a.py", MATCH)
    repository.git("add", "app/a.py")
    run = repository.guard("check")
    assert run.code == 0
    counts = f"ignored until git tracks it (git add pyproject.toml), so {this_interpreter().name} is asked\n"
    assert run.err == (f"syntax-guard: {said} {counts}" if said else "")
    if "output-format" in content and "syntax-guard" in content:
        assert run.json["summary"]["checked"] == 1
