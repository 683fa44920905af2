"""The action and the page's workflows, run from end to end by act in a clone, with checkouts as strangers send them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..sources.archives.making import zipped
from .act import Act, workflow_of
from .test_ci import hostile
from .written import TOOLS, block

pytestmark = pytest.mark.slow
BROKEN = "a = (\n"
ACTION = "syntax-guard/syntax-guard@v0.1.0"


@pytest.fixture
def act(tmp_path: Path) -> Act:
    if shutil.which("act", path=TOOLS) is None:
        pytest.skip("act is not installed (extra ecosystem)")
    act = Act(tmp_path)
    (act.folder / "good.py").write_text("a = 1\n")
    return act


def outcomes(act: Act, inputs: dict[str, dict[str, str]]) -> tuple[dict[str, str], str]:
    """How the action ends with each of several `inputs`, in one job; and what the job printed."""
    steps: list[dict[str, Any]] = []
    for name, given in inputs.items():
        steps.append({"id": name, "uses": ACTION, "continue-on-error": True, "with": given})
        steps.append({"run": f"echo {name} was ${{{{ steps.{name}.outcome }}}}", "shell": "bash"})
    done = act.run(workflow_of(steps))
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(re.findall(r"\| (\w+) was (\w+)", done.stdout)), done.stdout


@pytest.mark.parametrize(("source", "code"), [("a = 1\n", 0), (BROKEN, 1)])
def test_the_workflow_of_the_page(source: str, code: int, act: Act) -> None:
    (act.folder / "some.py").write_text(source)
    done = act.run(block(".github/workflows/syntax.yml"))
    assert done.returncode == code, done.stdout + done.stderr
    assert ("::error" in done.stdout and "file=some.py,line=1" in done.stdout) == bool(code)


@pytest.mark.parametrize("where", ["${{ github.workspace }}", "."])
def test_a_hostile_checkout_is_judged_and_none_of_it_is_run(where: str, act: Act) -> None:
    sprung = hostile(act.folder)
    (act.folder / "a\n::set-env name=PWNED::yes\n::add-path::.\nb.py").write_text(BROKEN)
    (act.folder / ".env").write_text("PYTHONSTARTUP=select.py\n")
    steps: list[dict[str, Any]] = [
        {"uses": ACTION, "id": "check", "continue-on-error": True},
        {"run": 'echo "it was ${{ steps.check.outcome }}, ${PWNED-untouched}, $PATH"', "shell": "bash"},
    ]
    done = act.run(workflow_of(steps, env={"PYTHONPATH": where}), "--env-file=/dev/null")
    assert "it was failure, untouched, /" in done.stdout, done.stdout
    assert "file=bad.py,line=1" in done.stdout, done.stdout
    assert done.stdout.count("::error") == 2, done.stdout
    assert not sprung.exists(), sprung.read_text()


def test_each_input_does_what_the_page_says(act: Act) -> None:
    (act.folder / "bad.py").write_text(BROKEN)
    (act.folder / "a b").mkdir()
    (act.folder / "a b" / "c.py").write_text("a = 1\n")
    for folder, source in (("dist", "a = 1\n"), ("out", BROKEN)):
        (act.folder / folder).mkdir()
        (act.folder / folder / "a-1-py3-none-any.whl").write_bytes(zipped({"a.py": source}))
    green = {"paths": "good.py\na b\n", "args": "--exclude c.py --verbose", "archives": "dist"}
    found, said = outcomes(
        act,
        {
            "green": green | {"python": f"{TOOLS}/python"},
            "red": green | {"archives": "dist\nout\n"},
            "no_python": {"python": "no-such-python"},
            "no_release": {"version": "0.0.0.dev0"},
        },
    )
    assert found == {"green": "success", "red": "failure", "no_python": "failure", "no_release": "failure"}, said
    assert "out/a-1-py3-none-any.whl/a.py" in said
    assert "bad.py" not in said


def test_no_input_becomes_a_command(act: Act) -> None:
    owned = act.folder.parent / "owned"
    texts = [f'$(touch {owned})\n"; touch {owned}; "', f"'\ntouch {owned}\n'`touch {owned}` && touch {owned} #"]
    cases = {}
    for number, text in enumerate(texts):
        cases[f"check{number}"] = dict.fromkeys(("paths", "archives", "args"), text)
        cases[f"python{number}"] = {"python": text}
    found, said = outcomes(act, cases | {"version": {"version": texts[0]}})
    assert found == dict.fromkeys([*cases, "version"], "failure"), said
    assert not owned.exists()


def test_findings_are_uploaded_and_the_output_names_them(act: Act) -> None:
    (act.folder / "some.py").write_text(BROKEN)
    kept = act.folder.parent / "kept.sarif"
    steps = [
        {"uses": ACTION, "id": "check", "with": {"sarif": "true"}},
        {"run": f'cmp "$FILE" uploaded.sarif && cp "$FILE" {kept}', "if": "always()", "shell": "bash",
         "env": {"FILE": "${{ steps.check.outputs.sarif-file }}"}},
    ]  # fmt: skip
    done = act.run(workflow_of(steps))
    assert done.returncode == 1, done.stdout
    (run,) = json.loads(kept.read_text())["runs"]
    assert len(run["results"]) == 1


@pytest.mark.parametrize(("source", "code"), [("a = 1\n", 0), (BROKEN, 1)])
def test_a_broken_wheel_is_not_published(source: str, code: int, act: Act) -> None:
    """docs/shipping.md: the build is a real one."""
    (act.folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
        '[project]\nname = "demo"\nversion = "1.0"\ndescription = "a"\nrequires-python = ">=3.8"\n'
    )
    (act.folder / "demo").mkdir()
    (act.folder / "demo" / "__init__.py").write_text("")
    (act.folder / "demo" / "late.py").write_text(source)
    done = act.run(workflow_of(yaml.safe_load(block(".github/workflows/publish.yml"))))
    assert done.returncode == code, done.stdout
    assert ("demo-1.0-py3-none-any.whl/demo/late.py" in done.stdout) == bool(code)
    assert ("Run Main pypa/gh-action-pypi-publish" in done.stdout) == (not code)


@pytest.mark.parametrize("recipe", ["the action with a cache", "pre-commit with a cache"])
def test_a_restored_cache_counts_under_its_key_alone(recipe: str, act: Act) -> None:
    """docs/tree.md; each run is on a machine that is new, but for the cache."""
    hook = {
        "repo": str(act.actions["syntax-guard/syntax-guard"]),
        "rev": "v0.1.0",
        "hooks": [{"id": "syntax-guard-tree"}],
    }
    (act.folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [hook]}))
    said = {}
    for name, secret in (("cold", "one"), ("warm", "one"), ("stranger", "two")):
        shutil.rmtree(act.environment["HOME"])
        Path(act.environment["HOME"]).mkdir()
        workflow = workflow_of(yaml.safe_load(block(recipe)), env={"SYNTAX_GUARD_VERBOSE": "1"})
        workflow = workflow.replace("--hook-stage manual", "--hook-stage manual --verbose")
        done = act.run(workflow, f"--secret=SYNTAX_GUARD_CACHE_KEY={secret}")
        assert done.returncode == 0, done.stdout + done.stderr
        said[name] = done.stdout
    known = {name: re.findall(r"(\d+) judged, (\d+) remembered", text) for name, text in said.items()}
    assert known == {"cold": [("1", "0")], "warm": [("0", "1")], "stranger": [("1", "0")]}, said
    assert "is not believed" in said["stranger"]
