"""Every file has an account: no name, mark, link or setting makes one drop out of a check without a word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from syntax_guard.sources.first_line import has_python_shebang
from syntax_guard.storage.stamps import TICK

from ..conftest import COMMAND, PROJECT, Folder
from ..sources.test_walk import BOUND_BY_PERMISSIONS, needs_permissions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..conftest import Run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX file system")
BROKEN = "x = = 1\n"
TRUE = (sys.executable, "-c", "print('started')")


def names(run: Run) -> list[str]:
    return [path for path, _, _ in run.found]


def reasons(run: Run) -> dict[str, str]:
    return {one["path"]: one["reason"] for one in run.json["skipped"]}


def planted(folder: Folder, name: str) -> None:
    """All that makes a folder look like a virtual environment."""
    folder.write(f"{name}/pyvenv.cfg", "home = /usr/bin\n")
    folder.write(f"{name}/bin/python", "").chmod(0o755)


OPTIONS = ("--staged", "--quiet", "--isolated", "--warnings=error", "--", "--help", "--exclude=*", "--no-cache", "-h")


class TestNames:
    @pytest.mark.parametrize("name", OPTIONS)
    def test_no_name_of_a_file_turns_an_option_into_a_path(self, repository: Folder, name: str) -> None:
        repository.write(name, "")
        repository.write("bad.py", BROKEN)
        repository.git("add", "--", f"./{name}", "bad.py")
        assert names(repository.check("--staged")) == ["bad.py"]

    @pytest.mark.parametrize("name", [*OPTIONS[:4], *OPTIONS[5:], "--python=.", "--target-version"])
    def test_a_hook_takes_no_name_for_an_option_in_silence(self, repository: Folder, name: str) -> None:
        """pre-commit appends names without a separator where a user's `args` do not end with one."""
        repository.write(name, "")
        repository.write("bad.py", BROKEN)
        repository.write("evil.py", "#!/bin/sh\ntouch sprung\n").chmod(0o755)
        run = repository.guard("check", "--hook", "bad.py", name)
        assert (run.code, run.err.count("\n"), name in run.err) == (2, 1, True)
        assert not (repository.path / "sprung").exists()

    @pytest.mark.parametrize("option", ["--exclude", "--expected-broken", "--config", "--output-file", "-j"])
    def test_a_hook_takes_no_name_for_the_value_that_an_option_lacks(self, repository: Folder, option: str) -> None:
        """The user's `args` are ``[--exclude]``, with neither a value nor a separator."""
        repository.write("bad.py", BROKEN)
        repository.write("good.py")
        run = repository.guard("check", "--hook", option, "bad.py", "good.py")
        assert (run.code, run.err.count("\n"), f"bad.py follows {option}" in run.err) == (2, 1, True)
        assert (repository.path / "bad.py").read_text() == BROKEN

    def test_a_hook_takes_a_value_in_a_word_of_its_own(self, repository: Folder) -> None:
        repository.write("lib/bad.py", BROKEN)
        repository.write("good.py")
        for arguments in (["--exclude", "lib"], ["--exclude", "*.pyi"], ["--exclude", "lib/bad.py", "--"]):
            assert repository.guard("check", "--hook", *arguments, "good.py").code == 0

    @pytest.mark.parametrize("name", [*OPTIONS, "-x.py", "--quiet.py", "-", "--python=."])
    def test_behind_the_separator_everything_is_a_file(self, folder: Folder, name: str) -> None:
        folder.write(name, f"#!/usr/bin/python3\n{BROKEN}").chmod(0o755)
        folder.write("a.txt", BROKEN)
        run = folder.guard("check", "--hook", "--", "a.txt", name)
        assert (run.code, name in run.out) == (1, True)
        run = folder.guard("check", "--hook", "--jobs=2", "--", "a.txt", name)
        assert (run.code, name in run.out) == (1, True)

    def test_a_file_that_is_called_as_the_separator_is_judged(self, folder: Folder) -> None:
        folder.write("--", f"#!/usr/bin/python3\n{BROKEN}").chmod(0o755)
        folder.write("a.py")
        for arguments in (["--", "a.py"], ["a.py", "--"], ["--no-cache", "--", "a.py"]):
            assert folder.guard("check", "--hook", *arguments).code == 1

    def test_a_hook_passes_over_what_is_no_python(self, folder: Folder) -> None:
        folder.write("a.txt", BROKEN)
        folder.write("n.ipynb", "no notebook")
        folder.write("tool", f"#!/bin/sh\n{BROKEN}").chmod(0o755)
        run = folder.guard("check", "--hook", "--", "a.txt", "n.ipynb", "tool", environment={"PRE_COMMIT": "1"})
        assert (run.code, run.out, run.err) == (0, "", "")
        assert folder.guard("check", "--hook", "--", environment={"PRE_COMMIT": "1"}).code == 0
        assert folder.guard("check", "--hook", "--notebooks", "--", "n.ipynb").code == 1

    @pytest.mark.parametrize("way", [["--hook", "--", "a.py", "n.ipynb"], ["--staged"], ["--tracked"], ["."], []])
    def test_a_notebook_that_no_setting_asks_for_has_its_account(self, way: list[str], repository: Folder) -> None:
        repository.write("a.py")
        repository.write("n.ipynb", "no notebook")
        repository.git("add", ".")
        for _ in "cold", "warm":
            run = repository.check(*way[:1], "--output-format=json", *way[1:])
            skipped = {one["path"]: one["reason"] for one in run.json["skipped"]}
            assert (run.code, skipped.pop("n.ipynb"), {*skipped} <= {".git/"}) == (0, "notebook", True)
        assert (asked := repository.check("--notebooks", *way)).code == 1
        assert "n.ipynb" not in {one["path"] for one in asked.json["skipped"]}


class TestMarks:
    """A mark that anyone can plant hides nothing."""

    @pytest.mark.grid
    @pytest.mark.parametrize("plant", ["empty", "folder", "half", "link", "no home"])
    @pytest.mark.parametrize("place", ["app/a.py", "app/lib/a.py"])
    def test_a_mark_alone_hides_nothing(self, repository: Folder, plant: str, place: str) -> None:
        repository.write(place, BROKEN)
        mark = repository.path / "app/pyvenv.cfg"
        if plant == "folder":
            mark.mkdir()
        elif plant == "link":
            mark.symlink_to("nowhere")
        else:
            repository.write("app/pyvenv.cfg", {"empty": "", "half": "home = /usr/bin\n"}.get(plant, "version = 3\n"))
        if plant == "no home":
            repository.write("app/bin/python", "").chmod(0o755)
        assert names(repository.check(".")) == [place]
        assert names(repository.check(place)) == [place]
        assert repository.guard("run", "--", *TRUE).code == 1
        repository.git("add", place)
        assert names(repository.check("--staged")) == [place]

    def test_what_git_tracks_belongs_to_no_environment(self, repository: Folder) -> None:
        planted(repository, "app")
        repository.write("app/lib/a.py", BROKEN)
        repository.write("good.py")
        assert reasons(repository.check("."))["app/lib/"] == "environment"
        repository.git("add", "--force", "app/lib/a.py")
        for arguments in (["."], ["app/lib/a.py"], ["--hook", "app/lib/a.py"], ["--staged"]):
            assert names(repository.check(*arguments)) == ["app/lib/a.py"]
        assert names(repository.check(".")) == ["app/lib/a.py"], "a warm cache"

    def test_what_git_tracks_is_asked_again_where_the_cache_is_warm(self, repository: Folder) -> None:
        planted(repository, "app")
        repository.write("app/lib/a.py", BROKEN)
        repository.write("good.py")
        time.sleep(2 * TICK / 1e9)  # what was written just now is not remembered
        assert repository.check(".").code == 0
        assert repository.check(".").json["summary"]["cached"] == 1, "the cache is warm"
        repository.git("add", "--force", "app/lib/a.py")
        assert names(repository.check(".")) == ["app/lib/a.py"]

    def test_a_mark_that_git_tracks_is_of_no_environment(self, repository: Folder) -> None:
        planted(repository, "app")
        repository.write("app/lib/a.py", BROKEN)
        repository.git("add", "--force", "app/pyvenv.cfg")
        assert names(repository.check(".")) == ["app/lib/a.py"]

    @pytest.mark.parametrize("name", ["CVS", "_darcs", "venv", "env", "site-packages", "lib", "bin"])
    def test_a_package_may_be_called_so(self, folder: Folder, name: str) -> None:
        folder.write(f"{name}/a.py", BROKEN)
        assert names(folder.check(".")) == [f"{name}/a.py"]


class TestRoots:
    """What is named is not dropped without a word."""

    def site(self, folder: Folder) -> str:
        planted(folder, ".venv")
        folder.write(".venv/lib/python3.11/site-packages/shop/a.py", BROKEN)
        folder.write("good.py")
        return ".venv/lib/python3.11/site-packages/shop"

    @pytest.mark.parametrize("what", ["{site}", "{site}/a.py"])
    @pytest.mark.parametrize("beside", [[], ["--root", "good.py"], ["--root", "."]])
    def test_no_folder_above_a_root_leaves_it_out(self, folder: Folder, what: str, beside: list[str]) -> None:
        root = what.format(site=self.site(folder))
        run = folder.guard("run", *beside, "--root", root, "--", *TRUE)
        assert (run.code, run.out) == (1, run.out)
        assert "started" not in run.out
        assert "a.py:1:5" in run.out

    @pytest.mark.grid
    @pytest.mark.parametrize("cwd", [".", ".venv", ".venv/lib/python3.11", ".venv/lib/python3.11/site-packages/shop"])
    @pytest.mark.parametrize("absolute", [False, True])
    def test_a_root_is_judged_from_whatever_folder(self, folder: Folder, cwd: str, absolute: bool) -> None:
        site = folder.path / self.site(folder)
        root = site if absolute else os.path.relpath(site, folder.path / cwd)
        for named in (root, os.path.join(root, "a.py")):
            run = folder.guard("run", "--root", str(named), "--", *TRUE, cwd=cwd)
            assert (run.code, "a.py:1:5" in run.out, "started" in run.out) == (1, True, False), named

    @pytest.mark.parametrize(
        "arguments", [["--exclude=b.py", "--root=b.py"], ["--exclude=*"], ["--exclude=/d", "--root=d"]]
    )
    def test_a_start_that_checks_nothing_is_an_error(self, folder: Folder, arguments: list[str]) -> None:
        folder.write("b.py")
        folder.write("d/a.py")
        run = folder.guard("run", *arguments, "--", *TRUE)
        assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
        assert "excluded" in run.err

    @pytest.mark.parametrize("arguments", [[".venv/lib/a.py"], ["--exclude=b.py", "b.py"], ["--exclude=*", "b.py"]])
    def test_named_files_that_are_all_left_out_are_a_note(self, folder: Folder, arguments: list[str]) -> None:
        folder.write("b.py", BROKEN)
        folder.write(".venv/lib/a.py", BROKEN)
        run = folder.guard("check", *arguments)
        assert (run.code, run.out, run.err.count("\n")) == (0, "", 1)
        assert run.err.startswith(f"syntax-guard: nothing was checked; skipped: {arguments[-1]} (")
        assert folder.guard("check", "--exclude=*", ".").code == 2
        told = folder.guard("check", "--verbose", *arguments)
        assert (told.code, "nothing was checked" in told.out) == (0, True)
        assert f"skipped: {arguments[-1]}" in told.err

    def test_what_is_skipped_is_listed_with_its_reason(self, folder: Folder) -> None:
        folder.write("a.py")
        folder.write("gen/b.py", BROKEN)
        folder.write("node_modules/c.py", BROKEN)
        (folder.path / "d.py").symlink_to("a.py")
        (folder.path / "e.py").symlink_to("nowhere")
        for _ in range(2):  # cold and warm
            run = folder.check("--exclude=gen/")
            assert reasons(run) == {
                "gen/": "excluded", "node_modules/": "tool-folder", "d.py": "same-file", "e.py": "dead-link"
            }  # fmt: skip
            assert run.json["summary"]["skipped"] == 4
        run = folder.guard("check", "--exclude=gen/", "--verbose")
        assert "gen/ (excluded: " in run.err
        assert ", 3 skipped (1 dead-link, 1 excluded, 1 same-file)" in run.out
        assert ", 1 skipped (excluded)" in folder.guard("check", "--exclude=/a.py", "gen", "a.py").out

    def test_a_name_is_made_visible_once(self, folder: Folder) -> None:
        folder.write("a\x1b\\x1b.py", BROKEN)
        folder.write("ok.py")
        (folder.path / "c\x1b.py").symlink_to("nowhere")
        (folder.path / "d\\x1b.py").symlink_to("nowhere")
        run = folder.guard("check", "--verbose")
        assert "a\\x1b\\\\x1b.py:1:5: syntax-error" in run.out
        assert "skipped: c\\x1b.py (dead-link" in run.err
        assert "skipped: d\\\\x1b.py (dead-link" in run.err
        for number in range(6):
            folder.write(f"a\x1b{number}.py", BROKEN)
        started = folder.guard("run", "--", *TRUE)
        assert "the first at a\\x1b0.py:1:5" in started.err


@pytest.mark.slow
def test_a_folder_that_is_swapped_during_a_run_leaves_no_lie(folder: Folder) -> None:
    """What was listed is not what is read: only the stamp of the open file says which verdict is whose."""
    for number in range(150):
        folder.write(f"p/app/{number}.py", f"x = {number}\n")
        folder.write(f"q/app/{number}.py", f"x =({number}\n")
    subprocess.run(["find", ".", "-exec", "touch", "-d", "2 hours ago", "{}", "+"], cwd=folder.path, check=True)
    time.sleep(0.1)  # no stamp is young
    p, q, aside = (folder.path / name for name in ("p", "q", "aside"))

    def swap() -> None:
        p.rename(aside)
        q.rename(p)
        aside.rename(q)

    for _ in range(6):
        stop = threading.Event()

        def swap_on(stop: threading.Event = stop) -> None:
            while not stop.wait(0.001):
                swap()

        swapping = threading.Thread(target=swap_on)
        swapping.start()
        folder.check("p/app")
        stop.set()
        swapping.join()
        for _ in range(2):
            assert names(folder.check("p/app")) == names(folder.check("--no-cache", "p/app"))
            swap()


class TestLinks:
    def tree(self, folder: Folder) -> None:
        folder.write("app/main.py")
        folder.write("shared/util.py", BROKEN)

    def test_a_link_within_the_current_folder_is_followed(self, folder: Folder) -> None:
        self.tree(folder)
        (folder.path / "app/shared").symlink_to("../shared")
        assert names(folder.check("app")) == ["app/shared/util.py"]
        assert names(folder.check(".")) == ["shared/util.py"]
        assert names(folder.check("app", "shared")) == ["shared/util.py"]

    @pytest.mark.parametrize("name", ["link/main.py", "link/../main.py", "inside/link/../main.py", "./link//main.py"])
    def test_a_file_behind_a_link_is_asked_by_the_project_of_what_it_leads_to(
        self, name: str, repository: Folder
    ) -> None:
        repository.write("other/pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
        for path in ("other/main.py", "other/sub/main.py"):
            repository.write(path, "match x:\n    case 1: pass\n")
        repository.write("inside/main.py")
        (repository.path / "link").symlink_to("other/sub")
        (repository.path / "inside/link").symlink_to("../other/sub")
        repository.git("add", ".")
        run = repository.check(name)
        assert (run.code, [one["targets"] for one in run.json["diagnostics"]]) == (1, [["3.8"]])

    def test_a_link_out_of_the_tree_is_followed_for_imports_alone(self, folder: Folder) -> None:
        self.tree(folder)
        (folder.path / "app/shared").symlink_to("../shared")
        (folder.path / "app/no-name").symlink_to("../shared")
        run = folder.check(cwd="app")
        assert (run.code, reasons(run)) == (0, {"shared/": "link", "no-name/": "link"})
        started = folder.guard("run", "--", *TRUE, cwd="app")
        assert (started.code, "shared/util.py:1:5" in started.out) == (1, True)

    @pytest.mark.parametrize("target", [".tox/pkg", "node_modules/pkg", ".eggs/pkg", "__pycache__", ".git/pkg"])
    def test_what_is_imported_from_a_tool_folder_through_a_link_is_judged(self, folder: Folder, target: str) -> None:
        folder.write("main.py")
        folder.write(f"{target}/a.py", BROKEN)
        (folder.path / "pkg").symlink_to(target)
        for _ in range(2):  # cold and warm
            assert names(folder.check()) == ["pkg/a.py"]
        assert folder.guard("run", "--", *TRUE).code == 1

    @pytest.mark.parametrize("target", [".venv/lib/python3.11/site-packages/pkg", ".tox/py/lib", ".pixi/site-packages"])
    def test_a_link_into_an_environment_is_named_as_skipped(self, folder: Folder, target: str) -> None:
        folder.write("main.py")
        planted(folder, ".tox/py")
        folder.write(f"{target}/a.py", BROKEN)
        (folder.path / "pkg").symlink_to(target)
        assert reasons(folder.check())["pkg/"] == "environment"

    def test_a_circle_is_a_link_to_nothing_wherever_it_is_found(self, repository: Folder) -> None:
        repository.write("good.py")
        (repository.path / "a.py").symlink_to("b.py")
        (repository.path / "b.py").symlink_to("a.py")
        (repository.path / "below.py").symlink_to("good.py/x")
        repository.git("add", "--all")
        dead = dict.fromkeys(["a.py", "b.py", "below.py"], "dead-link")
        hook = ("--hook", "a.py", "b.py", "below.py", "good.py")
        for arguments in (["."], ["--tracked"], ["--staged"], hook):
            run = repository.check(*arguments)
            found = {path: why for path, why in reasons(run).items() if path != ".git/"}
            assert (run.code, found) == (0, dead)
        repository.git("commit", "-qm", "links")
        assert reasons(repository.check("--commits", "HEAD")) == dict.fromkeys(
            ["a.py", "b.py", "below.py"], "dead-link"
        )

    def test_a_release_is_found_through_its_link(self, folder: Folder) -> None:
        folder.write("srv/releases/7/a.py", BROKEN)
        (folder.path / "srv/current").symlink_to("releases/7")
        assert names(folder.check("srv/current")) == ["srv/current/a.py"]
        assert names(folder.check("srv")) == ["srv/releases/7/a.py"]

    @pytest.mark.parametrize("target", ["/", "..", ".", "../..", "environment/lib", os.path.dirname(os.__file__)])
    def test_nothing_is_followed_too_far(self, folder: Folder, target: str) -> None:
        planted(folder, "app/environment")
        folder.write("app/environment/lib/a.py", BROKEN)
        folder.write("app/main.py")
        (folder.path / "app/far").symlink_to(target)
        for arguments in (["check"], ["run", "--root=."]):
            run = folder.guard(*arguments, *(["--", *TRUE] if arguments[0] == "run" else []), cwd="app")
            assert run.code == 0, run.out

    @pytest.mark.parametrize("links", [{"a/l": "../b", "b/l": "../a"}, {"a/l": "../c", "c/l": "../c2"}, {"a/l": "l"}])
    def test_links_in_a_circle_end(self, folder: Folder, links: dict[str, str]) -> None:
        for name in "abc":
            folder.write(f"{name}/x.py", BROKEN if name == "b" else "x = 1\n")
        for link, target in links.items():
            (folder.path / link).symlink_to(target)
        assert names(folder.check()) == ["b/x.py"]

    def test_exclusion_goes_by_the_real_path_as_well(self, folder: Folder) -> None:
        folder.write("good.py")
        folder.write("gen/a.py", BROKEN)
        (folder.path / "link").symlink_to("gen")
        (folder.path / "b.py").symlink_to("gen/a.py")
        run = folder.check("--exclude=/gen/")
        assert (run.code, reasons(run)) == (0, {"gen/": "excluded", "link/": "excluded", "b.py": "excluded"})

    def test_a_link_that_leads_elsewhere_next_is_seen_by_a_warm_cache(self, folder: Folder) -> None:
        self.tree(folder)
        folder.write("other/util.py")
        (folder.path / "app/shared").symlink_to("../other")
        subprocess.run(["find", ".", "-exec", "touch", "-d", "2 hours ago", "{}", "+"], cwd=folder.path, check=True)
        assert folder.check("app").code == folder.check("app").code == 0
        (folder.path / "app/shared").unlink()
        (folder.path / "app/shared").symlink_to("../shared")
        assert names(folder.check("app")) == ["app/shared/util.py"]

    @pytest.mark.parametrize(
        ("link", "target", "name"),
        [("app/main.py", "../fixtures/b.py", "app/main.py"), ("app/l", "../fixtures", "app/l/b.py")],
    )
    def test_a_second_name_of_which_the_settings_say_something_else_is_judged(
        self, folder: Folder, link: str, target: str, name: str
    ) -> None:
        folder.write("app/good.py")
        folder.write("fixtures/b.py", BROKEN)
        folder.write("pyproject.toml", '[tool.syntax-guard]\nexpected-broken = ["/fixtures/"]\n')
        (folder.path / link).symlink_to(target)
        for _ in range(2):  # cold and warm
            assert names(folder.check()) == [name]
        assert names(folder.check("fixtures/b.py", name)) == [name]

    def test_a_second_name_that_is_no_percent_script_is_judged(self, folder: Folder) -> None:
        folder.write("cells/a.py", b"# %%\n!ls\n")
        folder.write("pyproject.toml", b'[tool.syntax-guard]\npercent-scripts = ["cells/"]\n')
        (folder.path / "b.py").symlink_to("cells/a.py")
        assert [name for name, _, _ in folder.check(".").found] == ["b.py"]

    def test_a_second_name_that_another_python_runs_is_judged(self, repository: Folder) -> None:
        repository.write("new/.python-version", "3.12\n")
        repository.write("old/.python-version", "3.9\n")
        repository.write("new/a.py", "match x:\n    case 1: pass\n")
        (repository.path / "old/a.py").symlink_to("../new/a.py")
        repository.git("add", ".")
        for arguments in ([], ["--tracked"], ["new/a.py", "old/a.py"]):
            assert names(repository.check(*arguments)) == ["old/a.py"]

    def test_a_second_name_is_not_let_pass_by_the_baseline_for_the_first(self, folder: Folder) -> None:
        folder.write("a.py", BROKEN)
        assert folder.guard("baseline").code == 0
        assert names(folder.check()) == []
        (folder.path / "l.py").symlink_to("a.py")
        assert names(folder.check()) == ["l.py"]

    def test_links_among_all_folders_come_to_an_end(self, folder: Folder) -> None:
        for one in "abcd":
            folder.write(f"{one}/x.py", BROKEN if one == "a" else "x = 1\n")
            for other in "abcd":
                (folder.path / one / other).symlink_to(f"../{other}")
        assert names(folder.check()) == ["a/x.py"]

    def test_a_path_through_a_link_and_back_is_its_own_file(self, folder: Folder) -> None:
        folder.write("d/a.py")
        folder.write("elsewhere/a.py", BROKEN)
        (folder.path / "elsewhere/below").mkdir()
        (folder.path / "d/l").symlink_to("../elsewhere/below")
        assert names(folder.check("d/a.py", "d/l/../a.py")) == ["d/l/../a.py"]


SCRIPTS = (
    "/usr/bin/env -S uv run --script", "/usr/bin/env -S uv --quiet run -s", "/usr/bin/env -S pipx run",
    "/usr/bin/env -S python3 -X dev", "/usr/bin/env -S X=1 python3", "/bin/env python3", "/usr/bin/env -vS python",
    "/usr/libexec/platform-python", "/usr/bin/env --split-string=python3 -u", "/usr/bin/env -i python3",
    "/usr/bin/env -u HOME python3.12t", "/usr/local/bin/pypy3", "/usr/bin/sudo /usr/bin/python3", "/opt/PYTHON/python",
    "/usr/bin/env -S poetry run python", "/bin/sh\n'''exec' /very/long/bin/python3.11 \"$0\" \"$@\"\n' '''",
    "/usr/bin/env nix-shell\n#!nix-shell -i python3 -p python3",
    "/usr/bin/env -S \"python3\" -X dev", "/usr/bin/env -S 'python3' -u", "/opt/venv/bin/ipython3",
    "/usr/bin/python3.12-64",
    "/usr/bin/python3.13t-dbg", "/usr/bin/env -S mise x python@3.12 -- python", "/usr/bin/env -S asdf exec python3",
    "/usr/bin/flock /run/lock python3", "/usr/bin/env -S uvx python", "/usr/bin/env -S nix shell x --command python3",
    "/bin/sh\n\"exec\" \"python3\" \"$0\" \"$@\"", "/bin/sh\n''':'\nexec python3 \"$0\" \"$@\"\n'''",
    "/usr/bin/env -S hatch run", "/usr/bin/env -S pdm run", "/usr/bin/env -S pdm run -s",
    "/usr/bin/env -S rye run python", "/usr/bin/env -S coverage run --branch",
    "/usr/bin/env -S pixi run python", "/usr/bin/env -S pixi exec --spec python python", "/usr/bin/env py",
    "/usr/bin/env -S py -3.12", "/usr/bin/env -S hatch -e test run python", "/usr/bin/env -S streamlit run",
    "/usr/bin/env -S direnv exec . python3", "/usr/bin/env -S op run -- python",
    "/usr/bin/env -S\\_python3", "/usr/bin/env -S python3\\_-u", "/usr/bin/env -S pyth\"on\"3",
    "/usr/bin/env -iSpython3",
    "/usr/bin/env -S python3\\c -x", "/usr/bin/env -S \\_ 'python3' # node", "/usr/bin/env -S ${HOME}/bin/python3",
    "/usr/bin/env --s=python3 -u", "/usr/bin/env -S env python3", "/usr/bin/env -S /usr/bin/env -S python3 -u",
    "/usr/bin/env -S A=1 B=2 env -u C python3", "/usr/bin/env -S 'A=# 1' python3", "/usr/bin/env -S tini -- python3",
    "/usr/bin/env -S dumb-init python3 -u", "/usr/bin/env -S prlimit --nofile=9 python3",
    "/usr/bin/env -S linux64 python3", "/usr/bin/env -S nice python3 -X make", "/usr/bin/env -S nice python3 -uW node",
    "/usr/bin/env -S setpriv --no-new-privs /usr/bin/python3", "/usr/bin/env -S runuser -u root -- python3",
    "/usr/bin/env -S chpst -u x python3", "/usr/bin/env -S unshare -r python3", "/usr/bin/env -S nsenter -t 1 python3",
    "/usr/bin/env -S choom -n 0 -- python3", "/usr/bin/env -S setarch x86_64 python3",
    "/usr/bin/env -S a-new-one python3",
    "/usr/bin/env -S sh -c 'exec python3 \"$0\"'", "/usr/bin/env -S bash -euc '/usr/bin/python3 \"$0\" \"$@\"'",
    "/usr/bin/env -S tini -- sh -c 'exec env X=1 python3 \"$0\"'", "/usr/bin/env -S tini -- uv run --script",
    "/usr/bin/env -S sudo -u bash python3", "/lib64/ld-linux-x86-64.so.2 /usr/bin/python3",
    "/lib/ld-musl-x86_64.so.1 /usr/bin/python3", "/usr/bin/tini /usr/bin/python3",
    "/usr/bin/env -S nix-shell -i python3",
    "/usr/bin/env -S\fpython3", "/usr/bin/env -S nice\vpython3 -u", "/usr/bin/env -S python3 -u\r",
    "/usr/bin/python3\0sh", "/proc/self/exe", "/proc/thread-self/exe -u", "/usr/bin/env bpython",
    "/usr/bin/env -S fades -d requests", "/usr/bin/env -S tini -s -- nice python3",
    "/usr/bin/env -S sh -c '\"$(dirname \"$0\")/bin/python\" \"$0\" \"$@\"'",
    "/usr/bin/env -S bash -c 'true && exec `which python3` -X dev -u \"$0\"'",
    "/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python3' \"$0\" \"$@\"\n' '''",
    "/bin/sh\n\"exec\" \"`dirname $0`/python\" \"$0\" \"$@\"",
    "/bin/sh\n# mode: Python\n\n''':'\nexec $python \"$0\"\n'''", "/bin/sh\n''':'\npython3 \"$0\"; exit\n'''",
    "/bin/sh\n\"true\" '''\\'\nexec \"${PYTHON:-python3}\" \"$(realpath \"$0\")\"\n'''",
    "/bin/sh\n" + 30 * ("#" + 90 * " " + "\n") + "''':'\nfor one in python3 python; do exec $one \"$0\"; done\n'''",
    "/bin/sh\n''':'\nexec uv run --script \"$0\"\n'''",
    "/bin/sh\nif \"true\" : '''\\'\nthen exec python3 \"$0\"; fi\n'''",
    "/bin/sh\n_=\"\"\":\"\nexec python3 \"$0\"\n\"\"\"",
    "/bin/bash\n':' '''\nexec python \"$0\"\n'''", "/bin/sh\n\"\"\":\"\nexec /usr/bin/env python3 \"$0\"\n\"\"\"",
)  # fmt: skip
NO_SCRIPTS = (
    "/bin/sh", "/usr/bin/env bash", "/usr/bin/env -S uv run", "/usr/bin/env node", "/usr/bin/python3-config", "", "/",
    "/usr/bin/env -S", "/bin/sh\nexec ruby python", "/bin/sh\nexec python3 -m app",
    "/bin/sh\nset -e\nexec python3 a.py",
    "/bin/sh\n'true'\nexec ruby x", "/bin/sh\necho \"'''\"\nexec ruby \"$0\"",
    "/usr/bin/ipython-config", "/usr/bin/python3-64-config",
    "/usr/bin/env X=1", "/bin/echo python3", "/usr/bin/env -S pdm run bash", "/usr/bin/env -S hatch run test",
    "/usr/bin/env -S bash -c \"python3 prepare.py\"", "/bin/sh python", "/usr/bin/env -S node --title=python",
    "/usr/bin/env -S sh -c 'python3 prepare.py; . ./x'", "/usr/bin/env -S bash python3",
    "/usr/bin/env -S perl -x python",
    "/usr/bin/env -S gawk -v p=/usr/bin/python3 -f", "/usr/bin/env -S node --require /opt/python3",
    "/usr/bin/awk -f python",
    "/usr/bin/env -S ansible-playbook -e ansible_python_interpreter=/usr/bin/python3", "/usr/bin/env -S jq -f python",
    "/usr/bin/env -S sudo -u python bash", "/usr/bin/env -S tini -- node", "/usr/bin/env -S bash # python3",
    "/usr/bin/env -S ruby\\c python3", "/usr/bin/env -u PYTHON node", "/usr/bin/env -S env -u PYTHON tool",
    "/usr/bin/env -S conda run -n python Rscript", "/usr/bin/env -S pixi exec --spec python bash",
    "/usr/bin/perl python3", "/usr/bin/env -S sudo -X bash",
    "/usr/bin/env -S make -f python", "/usr/bin/env -S deno run --allow-run=python3", "/usr/bin/env -S ${X",
    "/usr/bin/env '",
    "/usr/bin/env -S nix shell nixpkgs#python3 --command bash", "/usr/bin/env -S echo 'a python3'",
    "/lib/ld-linux.so.2 x",
    "/usr/bin/env nix-shell\n#! nix-shell -i bash -p python3 jq", "/usr/bin/env -S nix-shell -i bash -p python3",
    "/usr/bin/tini -- bash python3", "/usr/bin/env -S op run -- bash python3", "/usr/bin/env -S tini -- make python",
    "/bin/sh\n':' //; exec node \"$0\"", "/usr/bin/env -S sh -c 'python3 prepare.py \"$0\"'",
    "/bin/sh\n# '''\nexec python3 x", "/usr/bin/env python3\nPK\x03\x04", "/bin/sh\0/python3",
    "/bin/sh\n':'\nexec python3 -m app \"$0\"", "/bin/sh\n':'\nexec $PERL \"$0\"", "/usr/bin/env -S tini --",
    "/usr/bin/env -S hatch", "/usr/bin/env -S poetry run", "/usr/bin/pytest", "/usr/bin/py-spy",
)  # fmt: skip


@pytest.mark.parametrize("way", [["."], ["--tracked"], ["--hook", "a/x.py"], ["a/x.py"]])
def test_a_link_to_what_git_does_not_track_is_told_with_what_lies_beside(repository: Folder, way: list[str]) -> None:
    repository.write("a/x.py")
    repository.write("b/.python-version", "3.9\n")
    repository.write("b/.tool-versions", "python 3.9\n")
    (repository.path / "a/.python-version").symlink_to("../b/.python-version")
    repository.git("add", "a")
    run = repository.guard("check", *way)
    assert (run.code, "b/.python-version is ignored until git tracks it" in run.err) == (0, True), run.err


def _replaced(path: Path, make: Callable[[Path], object]) -> None:
    path.unlink()
    make(path)


CLOSED: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a file without rights": ("it cannot be read (Permission denied)", lambda path: path.chmod(0)),
    "a FIFO": ("it is a FIFO and not a regular file", lambda path: _replaced(path, lambda path: os.mkfifo(path))),
    "a folder": ("it is a folder and not a regular file", lambda path: _replaced(path, lambda path: path.mkdir())),
    "a link to nothing": (
        "it is a link that leads nowhere", lambda path: _replaced(path, lambda path: path.symlink_to("gone")),
    ),
    "a circle": (
        "it is a link that leads nowhere", lambda path: _replaced(path, lambda path: path.symlink_to(path.name)),
    ),
}  # fmt: skip


@needs_permissions
@pytest.mark.grid
@pytest.mark.parametrize("way", [["."], ["--tracked"], ["--hook", "s/a.py"], ["s/a.py"]])
@pytest.mark.parametrize("name", ["pyproject.toml", ".python-version", "Dockerfile", "compose.yaml"])
@pytest.mark.parametrize("why", CLOSED)
def test_a_declaration_that_cannot_be_read_is_noted(repository: Folder, why: str, name: str, way: list[str]) -> None:
    repository.write("s/a.py")
    path = repository.write(f"s/{name}", "")
    repository.git("add", ".")
    said, make = CLOSED[why]
    make(path)
    for _ in ("cold", "warm"):
        run = repository.run(*BOUND_BY_PERMISSIONS, COMMAND, "check", *way)
        assert (run.code, f"s/{name} is ignored: {said}, so " in run.err) == (0, True), run.err


@pytest.mark.parametrize("way", [["."], ["--tracked"], ["--hook", "a.py"], ["--staged"]])
def test_a_folder_that_is_called_as_a_declaration_is_none(repository: Folder, way: list[str]) -> None:
    repository.write("a.py")
    repository.write("mise.toml/a.txt")
    repository.git("add", ".")
    (repository.path / "Dockerfile").mkdir()
    assert repository.guard("check", *way).err == ""


@pytest.mark.parametrize("way", [["."], ["--tracked"], ["--hook", "s/a.py"], ["--staged"], ["--commits", "HEAD"]])
@pytest.mark.parametrize("index", ["2", "4"])
@pytest.mark.parametrize("name", [".python-version", "docker/image"])
def test_a_declaration_whose_content_git_lacks_ends_the_run(
    repository: Folder, name: str, index: str, way: list[str]
) -> None:
    repository.write(name, "3.9\n" if name.startswith(".") else "FROM python:3.9\n")
    repository.write("compose.yaml", "services: {a: {build: {context: s, dockerfile: ../docker/image}}}\n")
    repository.write("s/a.py", "x = 0\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "all")
    repository.write("s/a.py")
    repository.git("commit", "-qam", "more")
    repository.write("s/a.py", "x = 2\n")
    repository.git("add", ".")
    repository.git("update-index", "--index-version", index)
    repository.git("update-index", "--skip-worktree", name)
    (repository.path / name).unlink()
    blob = repository.git("rev-parse", f":{name}").strip()
    (repository.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    run = repository.guard("check", *way)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1), run.err


@pytest.mark.parametrize("way", [["."], ["--tracked"], ["--hook", "s/a.py"], ["--staged"], ["s/a.py"]])
@pytest.mark.parametrize("name", [".python-version", "pyproject.toml"])
def test_a_declaration_by_a_link_counts_where_git_makes_no_links(repository: Folder, name: str, way: list[str]) -> None:
    content = "3.8\n" if name.startswith(".") else '[tool.syntax-guard]\ntarget-version = ["3.8"]\n'
    repository.write("kept/here", content)
    repository.write("s/a.py", "match x:\n    case 1: pass\n")
    os.symlink("../kept/here", repository.path / "s" / name)
    repository.git("add", ".")
    repository.git("config", "core.symlinks", "false")
    (repository.path / "s" / name).unlink()
    repository.git("checkout", "--", f"s/{name}")
    assert (repository.path / "s" / name).read_text() == "../kept/here"
    assert [one["targets"] for one in repository.check(*way).json["diagnostics"]] == [["3.8"]]


BEHIND_LINKS = {
    "a folder that is asked about": (["."], "c", "c/x.py"),
    "a folder beside the one that is asked about": (["a"], "c", "a/l/x.py"),
    "the link itself": (["a/l"], "c", "a/l/x.py"),
    "a file behind it": (["a/l/x.py"], "c", "a/l/x.py"),
    "a folder behind it": (["a/l/deep"], "c", "a/l/deep/y.py"),
    "a folder of a tool": (["."], ".tox/c", "a/l/x.py"),
}


@pytest.mark.parametrize("case", BEHIND_LINKS)
def test_what_lies_behind_a_link_is_judged_once_as_in_a_search(folder: Folder, case: str) -> None:
    asked, target, judged = BEHIND_LINKS[case]
    folder.git("init", "-q")
    folder.write("a/ok.py")
    folder.write(f"{target}/x.py", BROKEN)
    folder.write(f"{target}/deep/y.py", BROKEN)
    for link in ("l", "m"):
        (folder.path / "a" / link).symlink_to(f"../{target}", target_is_directory=True)
    (folder.path / target / "deep" / "up").symlink_to("..", target_is_directory=True)
    folder.git("add", "--force", "--all")
    run, search = folder.check("--tracked", *asked), folder.check(*asked)
    assert (run.code, run.found) == (1, search.found)
    assert judged in [path for path, _, _ in run.found]


@pytest.mark.parametrize("setting", ["exclude", "expected-broken"])
@pytest.mark.parametrize("pattern", ["/s/m.py", "/s/"])
def test_a_pattern_matches_a_file_however_it_is_named(folder: Folder, pattern: str, setting: str) -> None:
    folder.write("pyproject.toml", f'[tool.syntax-guard]\n{setting} = ["{pattern}"]\n')
    folder.write("s/m.py", BROKEN)
    folder.write("t/ok.py")
    here, beside = folder.path, folder.path.parent / "beside"
    beside.symlink_to(here, target_is_directory=True)
    (here / "l").symlink_to("s", target_is_directory=True) if setting == "exclude" else None
    for way in (
        "s/m.py", "./s/m.py", "s//m.py", "s/./m.py", "t/../s/m.py", f"{here}/s/m.py", f"{beside}/s/m.py",
        f"../{here.name}/s/m.py", *(["l/m.py"] if setting == "exclude" else []),
    ):  # fmt: skip
        assert folder.guard("check", way).code == 0, way
    for way in (".", "./", "s//", "t/../s/", f"{beside}/s", f"{beside}"):
        assert folder.check("t", way).found == [], way


@pytest.mark.parametrize("setting", ["exclude", "expected-broken"])
def test_a_pattern_starts_at_its_settings_file_whatever_link_leads_there(folder: Folder, setting: str) -> None:
    folder.write("releases/7/pyproject.toml", f'[tool.syntax-guard]\n{setting} = ["*.py", "!/d/y.py"]\n')
    for name in ("d/y.py", "d/z.py"):
        folder.write(f"releases/7/{name}", BROKEN)
    (folder.path / "current").symlink_to("releases/7", target_is_directory=True)
    (folder.path / "d").symlink_to("releases/7/d", target_is_directory=True)
    for way in ("releases/7", "current", "current/d", "d", f"{folder.path}/current"):
        assert [path.rpartition("/")[2] for path, _, _ in folder.check(way).found] == ["y.py"], way
    for way in ("releases/7/d", "current/d", "d"):
        run = folder.check(f"{way}/y.py", f"{way}/z.py")
        assert [path for path, _, _ in run.found] == [f"{way}/y.py"], way


def test_a_declaration_with_a_conflict_is_noted(repository: Folder) -> None:
    repository.write("a.py")
    blobs = [repository.run("git", "hash-object", "-w", "--stdin", stdin=b"3.9\n").out.strip() for _ in range(3)]
    lines = "".join(f"100644 {blob} {stage}\t.python-version\n" for stage, blob in enumerate(blobs, 1))
    repository.git("add", ".")
    assert repository.run("git", "update-index", "--index-info", stdin=lines.encode()).code == 0
    run = repository.guard("check", "--staged")
    assert (run.code, ".python-version is ignored: it has an unresolved conflict" in run.err) == (0, True), run.err


@pytest.mark.parametrize("way", [["."], ["--tracked"], ["--staged"], ["--commits", "HEAD"], ["--hook", "l/a.py"]])
def test_a_link_to_a_folder_that_declares_nothing_is_no_note(repository: Folder, way: list[str]) -> None:
    repository.write("d/a.py")
    (repository.path / "l").symlink_to("d", target_is_directory=True)
    repository.git("add", ".")
    repository.git("commit", "-qm", "all")
    assert repository.guard("check", *way).err == ""


@needs_permissions
def test_a_tracked_folder_that_cannot_be_read_is_not_missing(folder: Folder) -> None:
    folder.git("init", "-q")
    folder.write("c/x.py")
    folder.git("add", "--all")
    (folder.path / "c").chmod(0)
    for way in ("--tracked", "."):
        run = folder.run(*BOUND_BY_PERMISSIONS, COMMAND, "check", "--output-format=json", way)
        assert (run.code, [one["code"] for one in run.json["diagnostics"]]) == (1, ["unreadable"])
        assert [one["untracked"] for one in run.json["diagnostics"]] == [False]
    (folder.path / "c").chmod(0o755)


@pytest.mark.parametrize("line", SCRIPTS)
def test_what_python_runs_is_a_script(line: str) -> None:
    assert has_python_shebang(f"#!{line}\nx = 1\n".encode())


@pytest.mark.parametrize("line", NO_SCRIPTS)
def test_what_another_program_runs_is_none(line: str) -> None:
    assert not has_python_shebang(f"#!{line}\nx = 1\n".encode())


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["SConstruct", "lib/SConscript", "wscript", "x.gyp", "script", "n.txt", "a.json", "tool.exe", "x.so"]
)
def test_scripts_are_found_everywhere(repository: Folder, name: str) -> None:
    repository.write(name, f"#!/usr/bin/env -S uv run --script\n{BROKEN}").chmod(0o755)
    repository.git("add", "--all")
    for arguments in (["."], [name], ["--hook", name], ["--staged"]):
        assert names(repository.check(*arguments)) == [name]


def test_each_first_line_is_told_in_a_search_and_in_the_index(repository: Folder) -> None:
    for kind, lines in (("yes", SCRIPTS), ("no", NO_SCRIPTS)):
        for number, line in enumerate(lines):
            repository.write(f"{kind}{number}", f"#!{line}\n{BROKEN}").chmod(0o755)
    repository.git("add", "--all")
    scripts = sorted(f"yes{number}" for number in range(len(SCRIPTS)))
    for way in ([], ["--staged"], ["--tracked"]):
        assert sorted(names(repository.check(*way))) == scripts


@pytest.mark.parametrize("name", ["notes.txt", "data.json", "Makefile", "Dockerfile.dev"])
def test_a_text_is_python_only_where_it_may_be_executed(folder: Folder, name: str) -> None:
    folder.write("good.py")
    path = folder.write(name, f"#!/usr/bin/python3\n{BROKEN}")
    subprocess.run(["find", ".", "-exec", "touch", "-d", "2 hours ago", "{}", "+"], cwd=folder.path, check=True)
    assert folder.check().code == folder.check().code == 0
    path.chmod(0o755)
    assert names(folder.check()) == [name], "a warm cache"
    path.chmod(0o644)
    assert names(folder.check()) == []


WAYS = (["."], ["script"], ["--hook", "script"], ["--staged"], ["--tracked"])


@pytest.mark.grid
@pytest.mark.parametrize("name", ["script", "notes.txt", "Makefile", "deploy.sh"])
@pytest.mark.parametrize("said_by", ["the index", "the disk"])
def test_a_script_may_be_executed_where_the_index_or_the_disk_says_so(
    repository: Folder, name: str, said_by: str
) -> None:
    """Where ``core.fileMode`` is false, as on a disk without rights, one of them knows nothing."""
    repository.git("config", "core.fileMode", "false")
    repository.write("good.py")
    path = repository.write(name, f"#!/usr/bin/env python3\n{BROKEN}")
    repository.git("add", ".")
    ways = [[name if word == "script" else word for word in way] for way in WAYS]
    quiet = [way for way in ways if way != [name]]  # what is named is judged whatever it is
    assert [names(repository.check(*way)) for way in quiet] == [[]] * 4
    if said_by == "the index":
        repository.git("update-index", "--chmod=+x", name)
    else:
        path.chmod(0o755)
    assert [names(repository.check(*way)) for way in ways] == [[name]] * 5


def test_the_right_to_execute_in_the_index_alone_counts_for_the_next_commit(repository: Folder) -> None:
    repository.write("good.py")
    repository.write("script", f"#!/usr/bin/env python3\n{BROKEN}")
    repository.git("add", ".")
    repository.git("update-index", "--chmod=+x", "script")
    assert names(repository.check(".")) == []
    for way in (["--staged"], ["--hook", "script"], ["--tracked"]):
        assert names(repository.check(*way)) == ["script"]


MODES: dict[str, Callable[[Folder], object]] = {
    "the repository": lambda here: here.git("config", "core.fileMode", "false"),
    "this work tree alone": lambda here: (
        here.git("config", "extensions.worktreeConfig", "true"),
        here.git("config", "--worktree", "core.fileMode", "false"),
    ),
    "a file that it includes": lambda here: (
        here.write(".git/more", "[core]\n\tfileMode = no\n"), here.git("config", "include.path", "more"),
    ),
    "a line with its section": lambda here: here.write(".git/config", "[Core] fileMode=false\n[core] bare = false\n"),
    "a line that goes on": lambda here: here.write(".git/config", "[core]\n\tfileMode = fa\\\nlse\n"),
    "a word with no value after it": lambda here: here.write(
        ".git/config", "[core]\n\tfileMode\n\tfileMode = 0\n"
    ),
    "the user, where the repository says nothing": lambda here: (
        here.git("config", "--unset", "core.fileMode"), here.git("config", "--global", "core.fileMode", "false"),
    ),
    "the environment": lambda here: here.environment.update(
        GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="core.filemode", GIT_CONFIG_VALUE_0="off"
    ),
    "an option of git": lambda here: here.environment.update(GIT_CONFIG_PARAMETERS="'core.fileMode=false'"),
}  # fmt: skip
"""Who may say that the disk does not tell what may be executed."""


@pytest.mark.parametrize("by", MODES)
def test_whoever_tells_git_not_to_trust_the_disk_is_heard(by: str, repository: Folder, tmp_path: Path) -> None:
    own = {**repository.environment, "GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig")}
    repository = Folder(repository.path, own)
    repository.write("good.py")
    repository.write("script", f"#!/usr/bin/env python3\n{BROKEN}").chmod(0o755)
    repository.git("add", ".")
    (repository.path / "script").chmod(0o644)
    subprocess.run(["find", ".", "-exec", "touch", "-d", "2 hours ago", "{}", "+"], cwd=repository.path, check=True)
    assert [names(repository.check(".")) for _ in ("cold", "warm")] == [[], []]
    MODES[by](repository)
    assert [names(repository.check(".")) for _ in ("cold", "warm")] == [["script"]] * 2


def test_a_linked_work_tree_has_the_configuration_of_its_repository(repository: Folder) -> None:
    repository.git("config", "core.fileMode", "false")
    repository.write("script", f"#!/usr/bin/env python3\n{BROKEN}")
    repository.git("add", ".")
    repository.git("update-index", "--chmod=+x", "script")
    repository.git("commit", "-qm", "a script")
    repository.git("worktree", "add", "-q", "../other")
    (repository.path.parent / "other/script").chmod(0o644)
    assert names(repository.check(".", cwd="../other")) == ["script"]


class TestCodeOfTheTree:
    """Nothing of a tree is imported, from whatever folder the check is started."""

    MODULES = ("select", "struct", "resource", "heapq", "identify", "yaml", "__future__", "tomllib", "socket")

    @pytest.fixture
    def app(self, folder: Folder) -> Folder:
        trap = "import os; open(os.environ['SPRUNG'], 'a').write(__name__ + '\\n'); os._exit(0)\n"
        for module in self.MODULES:
            folder.write(f"app/{module}.py", trap)
        folder.write("app/bad.py", BROKEN)
        folder.write("pyproject.toml", "[tool.syntax-guard]\nexclude = ['no']\n")
        (folder.path / "elsewhere").mkdir()
        folder.environment["SPRUNG"] = str(folder.path / "sprung")
        return folder

    @pytest.mark.parametrize("named", ["{app}", "{app}/../app", "/nowhere:{app}:", "link"])
    @pytest.mark.parametrize("cwd", ["elsewhere", "app", "."])
    def test_a_pythonpath_into_the_tree_is_left(self, app: Folder, named: str, cwd: str) -> None:
        (app.path / "link").symlink_to("app")
        path = named.format(app=app.path / "app") if named != "link" else str(app.path / "link")
        run = app.check(str(app.path / "app"), cwd=cwd, environment={"PYTHONPATH": path})
        sprung = app.path / "sprung"
        assert not sprung.exists(), sprung.read_text()
        assert [os.path.basename(name) for name in names(run)] == ["bad.py"]

    def test_a_package_installed_in_a_folder_of_pythonpath_still_runs(self, app: Folder, tmp_path: Path) -> None:
        import identify

        import syntax_guard

        libraries = tmp_path / "libraries"
        libraries.mkdir()
        packages = [syntax_guard, identify]
        if sys.version_info < (3, 11):
            packages.append(pytest.importorskip("tomli"))
        for package in packages:
            source = os.path.dirname(package.__file__ or "")
            (libraries / os.path.basename(source)).symlink_to(source)
        code = "from syntax_guard.__main__ import run_and_exit; run_and_exit()"
        command = [sys.executable, "-S", "-c", code, "check", "--exclude=nothing", str(app.path / "app/bad.py")]
        run = app.run(*command, cwd="elsewhere", environment={"PYTHONPATH": str(libraries)})
        assert (run.code, "bad.py:1:5" in run.out) == (1, True), run.err

    @pytest.mark.parametrize("trap", ["syntax_guard/__init__.py", "syntax_guard.py", "sitecustomize.py", "re.py"])
    @pytest.mark.parametrize("path", [".", "{tree}", ":", "{tree}:."])
    def test_an_isolated_start_takes_no_package_of_the_tree(self, app: Folder, trap: str, path: str) -> None:
        app.write(trap, (app.path / "app/struct.py").read_text())
        environment = {"PYTHONPATH": path.format(tree=app.path)}
        run = app.run(sys.executable, "-I", "-m", "syntax_guard", "check", "app/bad.py", environment=environment)
        assert not (app.path / "sprung").exists()
        assert (run.code, "bad.py:1:5" in run.out) == (1, True), run.err

    @pytest.mark.skipif(not (PROJECT / "docs").exists(), reason="the pages are not beside the tests")
    def test_each_recipe_that_starts_the_module_is_isolated(self) -> None:
        pages = [path for top in ("docs", "action", "templates", "examples") for path in (PROJECT / top).rglob("*")]
        pages += [*PROJECT.glob("*.md"), *PROJECT.glob("*.yml"), PROJECT / ".pre-commit-hooks.yaml"]
        lines = [
            line
            for page in pages
            if page.suffix in (".md", ".sh", ".yml", ".yaml", "") and page.is_file()
            for line in page.read_text(encoding="utf-8", errors="replace").splitlines()
            if re.search(r"python\S* .*-m syntax_guard", line) and "looks in the current" not in line
        ]
        assert len(lines) > 3
        assert [line for line in lines if not re.search(r"-I .*-m syntax_guard", line)] == []
