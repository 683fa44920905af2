"""Required gates, reports, and repositories that mean harm."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from syntax_guard.doctor import GATES, Finding, Place, examine, required_missing
from syntax_guard.doctor.render import as_json, table
from syntax_guard.errors import GitError, SourcesError, UsageError

OK = Finding("commit", "ok", "there", Place("a", 1))
WEAK = Finding("start", "weak", "there, with a hole", Place("b", 2), "because", "this")
MISSING = Finding("tree", "missing", "not there", None, "because", "that")
PART = Finding("commit", "missing", "half of it", Place("c"), "because", "those")
NOTHING = Finding("health", "not-applicable", "no container")


@pytest.mark.parametrize(
    ("findings", "required", "missing"),
    [
        pytest.param([OK], ["commit"], (), id="there"),
        pytest.param([WEAK], ["start"], (), id="weak is there"),
        pytest.param([MISSING], ["tree"], ("tree",), id="missing"),
        pytest.param([OK, PART], ["commit"], ("commit",), id="one part is missing"),
        pytest.param([NOTHING], ["health"], ("health",), id="not applicable is not there"),
        pytest.param([], ["python"], ("python",), id="nothing was found"),
        pytest.param([MISSING, NOTHING], [], (), id="nothing is required"),
        pytest.param([MISSING, PART], ["tree", "commit"], ("commit", "tree"), id="in the order of the gates"),
    ],
)
def test_required_gates(findings: list[Finding], required: list[str], missing: tuple[str, ...]) -> None:
    assert required_missing(findings, required) == missing


def test_a_gate_that_does_not_exist() -> None:
    with pytest.raises(UsageError) as raised:
        required_missing([], ["comit"])
    assert "'commit'" in str(raised.value.hint)


def test_the_table_fits_the_terminal() -> None:
    lines = table([OK, WEAK, MISSING], ["tree"], 60).splitlines()
    assert lines[0].startswith("commit")
    assert "tree: " in lines[-1]
    assert all(len(line) <= 60 for line in lines[:-1])


def test_json_holds_every_field() -> None:
    document = json.loads(as_json([WEAK, MISSING], ["tree"]))
    assert document["version"] == 1
    assert document["required_missing"] == ["tree"]
    assert [gate["gate"] for gate in document["gates"]] == list(GATES)
    assert document["findings"][0] == {
        "gate": "start", "state": "weak", "path": "b", "line": 2,
        "message": "there, with a hole", "why": "because", "write": "this",
    }  # fmt: skip
    assert document["findings"][1]["path"] is None


def test_repository_text_does_not_speak(tmp_path: Path) -> None:
    name = "\x1b]0;owned\x07\u202e"
    (tmp_path / "compose.yaml").write_text(
        f'services:\n  "{name.encode("unicode_escape").decode()}":\n    image: python:3.12\n    command: "::error::x"\n'
    )
    findings = examine(str(tmp_path))
    assert any(name in finding.message for finding in findings)
    for report in (table(findings), as_json(findings)):
        assert not set(report) & set("\x1b\x07\u202e")


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SourcesError):
        examine(str(tmp_path / "absent"))


def test_a_repository_that_git_refuses(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    with pytest.raises(GitError):
        examine(str(tmp_path))


def test_a_folder_inside_of_a_repository(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitlab-ci.yml").write_text("lint: {script: [syntax-guard check]}\n")
    inside = tmp_path / "packages" / "api"
    inside.mkdir(parents=True)
    places = {finding.gate: finding.place for finding in examine(str(inside))}
    assert places["tree"] == Place("../../.gitlab-ci.yml", 1)
    assert places["commit"] == Place("../../.git/hooks/pre-commit")


def test_a_folder_inside_of_a_repository_has_what_stands_above_it(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.12"\n')
    (tmp_path / "Dockerfile").write_text('FROM python:2.7\nCMD ["app"]\n')
    inside = tmp_path / "api"
    inside.mkdir()
    (inside / "Dockerfile").write_text('FROM python:3.12-slim\nCMD ["syntax-guard", "run", "--", "app"]\n')
    (inside / "compose.yaml").write_text("services: {web: {build: {context: .., dockerfile: api/Dockerfile}}}\n")
    found = [(finding.state, finding.gate, finding.place) for finding in examine(str(inside))]
    assert [one for one in found if one[1] in ("start", "python")] == [
        ("ok", "start", Place("Dockerfile", 2)),
        ("ok", "python", Place("Dockerfile", 1)),
    ]


@pytest.mark.parametrize(
    ("start", "write"),
    [
        ('CMD ["python", "-m", "shop"]', 'CMD ["syntax-guard", "run", "--", "python", "-m", "shop"]'),
        ('ENTRYPOINT ["gunicorn"]\nCMD ["shop:app"]', 'ENTRYPOINT ["syntax-guard", "run", "--", "gunicorn"]'),
        ("CMD uvicorn shop:app --port $PORT", 'CMD ["syntax-guard", "run", "--", "uvicorn", "main:app"]'),
    ],
)
def test_what_to_write_has_the_words_of_the_container(start: str, write: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM python:3.12-slim\n{start}\n")
    (finding,) = (one for one in examine(str(tmp_path)) if one.gate == "start")
    assert finding.write == write


EXAMPLES = sorted(path for path in (Path(__file__).parents[2] / "examples").glob("*") if path.is_dir())


@pytest.mark.skipif(not EXAMPLES, reason="the examples are not here")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_nothing_is_found_wrong_with_the_examples(example: Path, tmp_path: Path) -> None:
    """In a copy of the project's outline, since the examples build from the repository's root."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    shutil.copy(example.parents[1] / "pyproject.toml", tmp_path)
    copy = tmp_path / "examples" / example.name
    shutil.copytree(example, copy)
    findings = [one for one in examine(str(copy)) if one.gate not in ("commit", "tree")]
    assert [one for one in findings if one.state in ("weak", "missing")] == []
    backend = ["startup"] if example.name == "backend" else []
    assert required_missing(findings, ["start", "health", "restart", "python", *backend]) == ()


def test_a_linked_work_tree_has_the_hooks_of_its_repository(tmp_path: Path) -> None:
    main, linked = tmp_path / "main", tmp_path / "linked"
    git = ["git", "-C", str(main), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "init", "-q", str(main)], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "a"], check=True)
    subprocess.run([*git, "worktree", "add", "-q", str(linked)], check=True, capture_output=True)
    hook = main / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nsyntax-guard check --staged\n")
    hook.chmod(0o755)
    (commit,) = [finding for finding in examine(str(linked)) if finding.gate == "commit"]
    assert commit.state == "ok"


MERGES = "a: &a {x: 1}\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} {{<<: [{', '.join([f'*{chr(97 + i)}'] * 9)}]}}\n" for i in range(20)
)
HOSTILE = {
    "aliases that multiply": MERGES.replace("a: &a", "services: &a", 1),
    "a circle": "services: &a\n  web: *a\n",
    "a circle in a service": "services:\n  web: &a\n    image: python:3.12\n    command: &b [x, *b]\n    build: *a\n",
    "nested without end": "services: " + "[" * 100_000,
    "a tag that would run": "services: !!python/object/apply:os.system ['exit 3']\n",
    "no text": "\x00\x01",
    "scalars where mappings belong": "services: {a: x, b: [1], c: {image: [], build: 3, healthcheck: 1}}\n",
    "services is a list": "services: [a]\n",
    "only a scalar": "hello\n",
    "a chain of extends": "services:\n  a: {extends: b, image: python}\n  b: {extends: {service: a}}\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(
    "path", ["compose.yaml", ".gitlab-ci.yml", ".github/workflows/a.yml", ".pre-commit-config.yaml"]
)
def test_hostile_yaml_is_survived(text: str, path: str, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text)
    assert table(examine(str(tmp_path)))


def test_a_file_that_leads_out_of_the_repository_is_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("services: {web: {image: python:3.12}}\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "compose.yaml").symlink_to(outside)
    (inside / "Dockerfile").symlink_to("/dev/zero")
    assert {finding.state for finding in examine(str(inside)) if finding.gate == "start"} == {"not-applicable"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Dockerfile")
    assert examine(str(tmp_path))


def test_without_pyyaml_the_error_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {}\n")
    script = (
        "import sys; sys.modules['yaml'] = None\n"
        "from syntax_guard import doctor, errors\n"
        "try: doctor.examine(sys.argv[1])\n"
        "except errors.UsageError as error: print(error.message, '|', error.hint)\n"
    )
    answer = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "yaml" in answer.stdout
    assert "syntax-guard[doctor]" in answer.stdout


def test_a_repository_without_yaml_needs_no_pyyaml(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text('FROM python:3.12-slim\nCMD ["app"]\n')
    script = (
        "import sys; sys.modules['yaml'] = None\nfrom syntax_guard import doctor\nprint(doctor.examine(sys.argv[1]))"
    )
    answer = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "starts unchecked" in answer.stdout
