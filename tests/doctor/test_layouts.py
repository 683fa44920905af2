"""Layouts as people have them: what doctor says of each is what happens to a broken file there."""

# ruff: noqa: E501 - a table of one layout a line
from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

from .layout import BROKEN, GOOD, TOOLS, answers, apply, run, states, write
from .runners import azure, bitbucket, circle, github, gitlab, jenkins, shell, travis

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Layout(NamedTuple):
    """A repository, what doctor says of one gate, and what really happens."""

    files: dict[str, str]
    gate: str
    state: str
    refuses: bool
    happens: Callable[[Path], int]
    """Commits, builds or starts, and returns the exit code."""
    needs: str | None = None


def container(folder: Path, dockerfile: str = "Dockerfile") -> int:
    """What an image starts: ENTRYPOINT and CMD in exec form, or handed to /bin/sh, in the folder of its Dockerfile."""
    path = folder / dockerfile
    lines = path.read_text().replace("\\\n", "").splitlines()
    words: list[str] = []
    for name in ("ENTRYPOINT", "CMD"):
        for text in [line.partition(" ")[2] for line in lines if line.startswith(name)][-1:]:
            words += json.loads(text) if text.startswith("[") else ["/bin/sh", "-c", text]
    return shell(path.parent, *words)


def compose(folder: Path) -> int:
    """Every service of compose.yaml."""
    services = yaml.safe_load((folder / "compose.yaml").read_text())["services"].values()
    parts = [[one.get("entrypoint", []), one.get("command", [])] for one in services]
    return max(
        shell(folder, *(word for part in each for word in (shlex.split(part) if isinstance(part, str) else part)))
        for each in parts
    )


def pod(folder: Path) -> int:
    """The containers of a pod before it, then its own."""
    spec = yaml.safe_load((folder / "k8s/web.yaml").read_text())["spec"]["template"]["spec"]
    for one in [*spec.get("initContainers", []), *spec["containers"]]:
        if code := shell(folder, *one.get("command", []), *one.get("args", [])):
            return code
    return 0


def procfile(folder: Path) -> int:
    return shell(folder, str(TOOLS / "honcho"), "--no-colour", "start", "web")


def unit(folder: Path) -> int:
    """ExecStartPre and ExecStart, as systemd runs them: no shell, and where the first fails there is no second."""
    settings = re.findall(r"^(ExecStartPre|ExecStart)=(.*)$", (folder / "shop.service").read_text(), re.MULTILINE)
    for _, command in sorted(settings, reverse=True):  # ExecStartPre stands before ExecStart
        code = shell(folder, *shlex.split(command.removeprefix("-").replace("/srv/venv/bin/", "")))
        if code and not command.startswith("-"):
            return code
    return 0


def commit(folder: Path) -> int:
    run(folder, ["git", "add", "--all"])
    return run(folder, ["git", "commit", "-q", "-m", "x"]).returncode


def merge(folder: Path) -> int:
    """A merge of two branches, of which one has what is in the work tree."""
    for line in ("checkout -q -B side", "add --all", "commit -q --no-verify --allow-empty -m side", "checkout -q main",
                 "commit -q --no-verify --allow-empty -m other"):  # fmt: skip
        assert run(folder, ["git", *line.split()]).returncode == 0, line
    code = run(folder, ["git", "merge", "-q", "--no-ff", "-m", "merge", "side"]).returncode
    run(folder, ["git", "merge", "--abort"])
    run(folder, ["git", "checkout", "-q", "side", "--", "."])
    return code


def push(folder: Path) -> int:
    remote = folder.parent / "remote.git"
    shutil.rmtree(remote, ignore_errors=True)
    run(folder, ["git", "init", "-q", "--bare", str(remote)])
    run(folder, ["git", "add", "--all"])
    run(folder, ["git", "commit", "-q", "--no-verify", "--allow-empty", "-m", "x"])
    return run(folder, ["git", "push", "-q", str(remote), "HEAD:refs/heads/main"]).returncode


def release(folder: Path) -> int:
    """The workflow, with a wheel in dist that holds the module."""
    (folder / "dist").mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "dist" / "app-1.0-py3-none-any.whl", "w") as wheel:
        wheel.write(folder / "app" / "main.py", "app/main.py")
    return github(folder)


def workflow(*lines: str, job: str = "") -> dict[str, str]:
    body = "".join(f"      - {line}\n" for line in lines)
    text = f"on: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n{job}    steps:\n      - uses: actions/checkout@v4\n{body}"
    return {".github/workflows/ci.yml": text}


def image(*lines: str, base: str = "python:3.12-slim") -> dict[str, str]:
    return {"Dockerfile": "\n".join([f"FROM {base}", "WORKDIR /app", "COPY . .", *lines, ""])}


def manifest(command: str, before: str = "") -> dict[str, str]:
    spec = f"{before}      containers:\n      - name: web\n        image: shop:1\n        command: {command}\n"
    return {"k8s/web.yaml": f"apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n{spec}"}


def service(*lines: str) -> dict[str, str]:
    return {"shop.service": "\n".join(["[Service]", "WorkingDirectory=/srv/app", *lines, ""])}


HOOK = "#!/bin/sh\nexec syntax-guard check --staged\n"
INIT = "      initContainers:\n      - {name: check, image: shop:1, command: [syntax-guard, check]}\n"
TOX = "[tox]\nenv_list = py312\nskipsdist = true\n[testenv:lint]\nallowlist_externals = syntax-guard\ncommands = syntax-guard check --no-cache\n"
NOX = "import nox\n\n@nox.session(venv_backend='none')\ndef lint(session):\n    session.run('syntax-guard', 'check', external=True)\n"
RUN = '"syntax-guard", "run", "--", '
LAYOUTS = {
    "a plain hook": Layout({".git/hooks/pre-commit": HOOK}, "commit", "ok", True, commit),
    "a plain hook that swallows": Layout(
        {".git/hooks/pre-commit": HOOK[:10] + "syntax-guard check --staged || true\n"}, "commit", "cannot-tell", False, commit),
    "a plain hook without its bit": Layout({".git/hooks/pre-commit": HOOK[10:]}, "commit", "missing", False, commit),
    "a plain hook for commits alone": Layout({".git/hooks/pre-commit": HOOK}, "merge", "missing", False, merge),
    "a plain hook for merges": Layout({".git/hooks/pre-merge-commit": HOOK}, "merge", "ok", True, merge),
    "a plain hook for pushes": Layout(
        {".git/hooks/pre-push": "#!/bin/sh\nexec syntax-guard pre-push \"$@\"\n"}, "push", "ok", True, push),
    "no hook for pushes": Layout({".git/hooks/pre-commit": HOOK}, "push", "missing", False, push),
    "pre-commit without an installed hook": Layout(
        {".pre-commit-config.yaml": "repos:\n- repo: https://github.com/syntax-guard/syntax-guard\n  rev: v0.1.0\n  hooks:\n  - id: syntax-guard\n"},
        "commit", "missing", False, commit),
    "GitHub": Layout(workflow("run: syntax-guard check"), "tree", "ok", True, github),
    "GitHub, a job that may fail": Layout(
        workflow("run: syntax-guard check", job="    continue-on-error: true\n"), "tree", "cannot-tell", False, github),
    "GitHub, a step that never runs": Layout(workflow("{if: false, run: syntax-guard check}"), "tree", "cannot-tell", False, github),
    "GitHub, make": Layout(
        {**workflow("run: make lint"), "Makefile": "test:\n\tpytest\n\nlint:\n\tsyntax-guard check\n"}, "tree", "ok", True, github),
    "GitHub, make's other target": Layout(
        {**workflow("run: make test"), "Makefile": "test:\n\tpytest\n\nlint:\n\tsyntax-guard check\n"},
        "tree", "missing", False, github),
    "GitHub, a script": Layout(
        {**workflow("run: ./lint.sh"), "lint.sh": "#!/bin/sh\nset -e\nsyntax-guard check\necho done\n"}, "tree", "ok", True, github),
    "GitHub, a script that swallows": Layout(
        {**workflow("run: sh lint.sh"), "lint.sh": "#!/bin/sh -e\nsyntax-guard check\necho done\n"}, "tree", "cannot-tell", False, github),
    "GitHub, somebody's compileall": Layout(
        workflow("run: python3 -m compileall -q ."), "tree", "cannot-tell", False, github),
    "a library with tox": Layout({**workflow("run: tox -e lint"), "tox.ini": TOX}, "tree", "ok", True, github, "tox"),
    "a library with nox": Layout({**workflow("run: nox -s lint"), "noxfile.py": NOX}, "tree", "cannot-tell", True, github, "nox"),
    "GitLab": Layout({".gitlab-ci.yml": "lint:\n  script:\n    - echo go\n    - syntax-guard check\n    - echo done\n"},
                     "tree", "ok", True, gitlab),
    "GitLab, a job that may fail": Layout(
        {".gitlab-ci.yml": "lint:\n  allow_failure: true\n  script: [syntax-guard check]\nunit:\n  script: [pytest]\n"},
        "tree", "cannot-tell", False, gitlab),
    "GitLab, what stands before": Layout(
        {".gitlab-ci.yml": "lint:\n  before_script: [mkdir -p docs && echo x=1 > docs/a.py, cd docs]\n  script: [syntax-guard check]\n"},
        "tree", "cannot-tell", False, gitlab),
    "Bitbucket": Layout(
        {"bitbucket-pipelines.yml": "pipelines:\n  default:\n    - step:\n        script:\n          - syntax-guard check\n          - pytest\n"},
        "tree", "cannot-tell", True, bitbucket),
    "Azure": Layout({"azure-pipelines.yml": "steps:\n- script: syntax-guard check\n- script: pytest\n"}, "tree", "cannot-tell", True, azure),
    "Azure, a line in front of another": Layout(
        {"azure-pipelines.yml": "steps:\n- script: |\n    syntax-guard check\n    pytest\n"}, "tree", "cannot-tell", False, azure),
    "CircleCI": Layout({".circleci/config.yml": "jobs:\n  test:\n    steps:\n      - checkout\n      - run: syntax-guard check\nworkflows: {all: {jobs: [test]}}\n"},
                       "tree", "cannot-tell", True, circle),
    "Travis": Layout({".travis.yml": "script:\n  - syntax-guard check\n  - pytest\n"}, "tree", "cannot-tell", True, travis),
    "Jenkins": Layout({"Jenkinsfile": "node {\n  sh 'syntax-guard check'\n  sh 'pytest'\n}\n"}, "tree", "cannot-tell", True, jenkins),
    "Jenkins without a check": Layout({"Jenkinsfile": "node {\n  sh 'pytest'\n}\n"}, "tree", "missing", False, jenkins),
    "a release without a check": Layout(workflow("uses: actions/setup-python@v5", "run: twine upload dist/*"), "ship", "missing", False, release),
    "FastAPI": Layout(image('CMD ["uvicorn", "app.main:app", "--port", "9000"]'), "start", "missing", False, container),
    "FastAPI behind the gate": Layout(
        image(f'CMD [{RUN}"uvicorn", "app.main:app"]'), "start", "ok", True, container),
    "FastAPI behind the gate, through a shell": Layout(
        image("CMD syntax-guard check && exec uvicorn app.main:app --port $PORT"), "start", "ok", True, container),
    "FastAPI, a check that is not heard": Layout(
        image("CMD syntax-guard check; exec uvicorn app.main:app"), "start", "cannot-tell", False, container),
    "FastAPI behind somebody's compileall": Layout(
        image("CMD python3 -m compileall -q . && exec uvicorn app.main:app"), "start", "cannot-tell", False, container),
    "Django": Layout(image("CMD gunicorn --chdir mysite mysite.wsgi"), "start", "missing", False, container),
    "Django, an entry point for all": Layout(
        image('ENTRYPOINT ["syntax-guard", "run", "--"]', "CMD gunicorn --chdir mysite mysite.wsgi"),
        "start", "ok", True, container),
    "Celery": Layout({"compose.yaml": "services:\n  worker:\n    image: python:3.12\n    command: celery -A app worker\n"},
                     "start", "missing", False, compose),
    "Celery behind the gate": Layout(
        {"compose.yaml": "services:\n  worker:\n    image: python:3.12\n    command: syntax-guard run -- celery -A app worker\n"},
        "start", "ok", True, compose),
    "Kubernetes": Layout(manifest("[uvicorn, 'app:app']"), "start", "missing", False, pod),
    "Kubernetes behind the gate": Layout(manifest("[syntax-guard, run, --, uvicorn, 'app:app']"), "start", "ok", True, pod),
    "Kubernetes, a container before it": Layout(manifest("[uvicorn, 'app:app']", INIT), "start", "cannot-tell", True, pod),
    "a Procfile": Layout({"Procfile": "web: gunicorn app:app -b :$PORT\n"}, "start", "missing", False, procfile, "honcho"),
    "a Procfile behind the gate": Layout(
        {"Procfile": "web: syntax-guard run -- gunicorn app:app -b :$PORT\n"}, "start", "ok", True, procfile, "honcho"),
    "systemd": Layout(service("ExecStart=/srv/venv/bin/gunicorn app:app"), "start", "missing", False, unit),
    "systemd behind the gate": Layout(
        service("ExecStart=/srv/venv/bin/syntax-guard run -- /srv/venv/bin/gunicorn app:app"), "start", "ok", True, unit),
    "systemd, a check before it": Layout(
        service("ExecStartPre=/srv/venv/bin/syntax-guard check", "ExecStart=/srv/venv/bin/gunicorn app:app"),
        "start", "ok", True, unit),
    "systemd, a check that may fail": Layout(
        service("ExecStartPre=-/srv/venv/bin/syntax-guard check", "ExecStart=/srv/venv/bin/gunicorn app:app"),
        "start", "missing", False, unit),
}  # fmt: skip
"""Of pre-commit, prek, lefthook, husky and core.hooksPath, tests/ecosystem/test_hooks.py tries the real ones."""


def test_the_table_makes_no_claim_that_does_not_hold() -> None:
    assert not {name for name, one in LAYOUTS.items() if one.refuses is not {"ok": True, "missing": False}.get(
        one.state, one.refuses)}  # fmt: skip
    assert len(LAYOUTS) >= 30


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_doctor_says(name: str, tmp_path: Path) -> None:
    one = LAYOUTS[name]
    write(tmp_path, {"app/main.py": GOOD, **one.files})
    assert states(tmp_path, one.gate) == {one.state}, answers(tmp_path, one.gate)


def made(name: str, folder: Path) -> Layout:
    """The layout, as a repository whose files are committed."""
    one = LAYOUTS[name]
    if one.needs and not shutil.which(one.needs, path=str(TOOLS)):
        pytest.skip(f"{one.needs} is not installed (extra ecosystem)")
    write(folder, {"app/main.py": GOOD, **one.files})
    run(folder, ["git", "commit", "-q", "--no-verify", "-m", "start"])
    return one


def refuses(folder: Path, happens: Callable[[Path], int]) -> bool:
    """Whether a broken file is refused. A good one must not be."""
    codes = []
    for text in (GOOD + "y = 2\n", BROKEN):
        (folder / "app" / "main.py").write_text(text)
        os.utime(folder / "app" / "main.py", (10**9, 10**9))  # as an image has them, and what compileall trusts
        codes.append(happens(folder))
    assert codes[0] == 0
    return bool(codes[1])


@pytest.mark.slow
@pytest.mark.parametrize("name", LAYOUTS)
def test_it_is_what_happens(name: str, tmp_path: Path) -> None:
    one = made(name, tmp_path / "here")
    assert refuses(tmp_path / "here", one.happens) == one.refuses


PATTERNS = {"Jenkins without a check", "a release without a check"}
"""Where the place is not sure, doctor shows the steps; test_ci.py applies them."""
ELSEWHERE = {"pre-commit without an installed hook"}  # which tests/ecosystem/test_hooks.py installs
MISSING = [name for name, one in LAYOUTS.items() if one.state == "missing" and name not in ELSEWHERE]


def advised(folder: Path, gate: str) -> bool:
    """Do what doctor says about a gate, word for word; False where it shows a pattern alone."""
    (finding,) = [one for one in answers(folder, gate) if one.state == "missing"]
    advice = finding.advice
    assert advice is not None
    if advice.edits:
        apply(folder, finding)
    for command in advice.commands:
        assert shell(folder, "sh", "-c", command) == 0
    plain = re.fullmatch(r"in (\.git/hooks/[\w-]+):\n(.*)\nthen: chmod \+x \1", advice.pattern or "", re.DOTALL)
    if plain:
        (folder / plain[1]).write_text(plain[2] + "\n")
        (folder / plain[1]).chmod(0o755)
    return bool(advice.edits or advice.commands or plain)


@pytest.mark.slow
@pytest.mark.parametrize("name", MISSING)
def test_what_doctor_advises_refuses_a_broken_file_and_passes_a_good_one(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    one = made(name, folder)
    assert advised(folder, one.gate) == (name not in PATTERNS)
    if name not in PATTERNS:
        assert states(folder, one.gate) == {"ok"}
        assert refuses(folder, one.happens)
