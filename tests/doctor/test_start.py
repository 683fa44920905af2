"""What doctor says of a start, and what it writes for one: the user's own command, behind the gate."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest
import yaml

from syntax_guard.doctor.finding import Finding, Place

from .layout import BROKEN, GOOD, answers, apply, run, states, write

if TYPE_CHECKING:
    from pathlib import Path

SERVERS = ("uvicorn", "gunicorn", "celery", "entry.sh")


def image(command: str, base: str = "python:3.12-slim") -> str:
    return f"FROM {base}\nWORKDIR /app\nCOPY . .\n{command}\n"


STARTS = [  # how an image starts, what doctor says of it
    ('CMD ["syntax-guard", "run", "--", "uvicorn", "main:app"]', "ok"),
    ("CMD syntax-guard run -- uvicorn main:app", "ok"),
    ('CMD ["bash", "-c", "syntax-guard run -- uvicorn main:app"]', "ok"),
    ('CMD ["bash", "-c", "syntax-guard check && exec uvicorn main:app"]', "ok"),
    ('CMD ["sh", "-ec", "syntax-guard check; exec uvicorn main:app"]', "ok"),
    ('ENTRYPOINT ["syntax-guard", "run", "--"]\nCMD ["uvicorn", "main:app"]', "ok"),
    ('CMD ["uv", "run", "--no-sync", "syntax-guard", "run", "--", "uvicorn", "main:app"]', "ok"),
    ('CMD ["bash", "-c", "syntax-guard check; exec uvicorn main:app"]', "cannot-tell"),
    ('CMD ["bash", "-c", "syntax-guard check || true; uvicorn main:app"]', "cannot-tell"),
    ('CMD ["syntax-guard", "run", "--exclude", "*", "--", "uvicorn", "main:app"]', "cannot-tell"),
    ('CMD ["syntax-guard", "run", "--report-only", "--", "uvicorn", "main:app"]', "cannot-tell"),
    ('CMD ["env", "SYNTAX_GUARD_EXCLUDE=*", "syntax-guard", "run", "--", "uvicorn", "main:app"]', "cannot-tell"),
    ('ENV SYNTAX_GUARD_EXCLUDE=*\nCMD ["syntax-guard", "run", "--", "uvicorn", "main:app"]', "cannot-tell"),
    ('CMD ["uvicorn", "main:app"]', "missing"),
    ('CMD ["echo", "syntax-guard"]', "cannot-tell"),
    ("ARG A=1", "missing"),
    ("CMD syntax-guard run $MORE -- uvicorn main:app", "cannot-tell"),
]


@pytest.mark.parametrize(("start", "state"), STARTS)
def test_a_start(start: str, state: str, tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": image(start)})
    assert states(tmp_path, "start") == {state}


COMMANDS = [  # a start without a gate, and what is started when it stands behind one
    ('CMD ["uvicorn", "app.main:app", "--port", "9000"]', "started uvicorn app.main:app --port 9000"),
    ("CMD uvicorn app.main:app --port 9000", "started uvicorn app.main:app --port 9000"),
    ("CMD uvicorn app.main:app --port $PORT", "started uvicorn app.main:app --port 7001"),
    ("CMD gunicorn --chdir mysite mysite.wsgi", "started gunicorn --chdir mysite mysite.wsgi"),
    ('CMD ["celery", "-A", "app", "worker"]', "started celery -A app worker"),
    ("CMD celery -A app migrate && celery -A app worker", "started celery -A app worker"),
    ('ENTRYPOINT ["gunicorn"]\nCMD ["shop:app"]', "started gunicorn shop:app"),
    ('CMD ["uvicorn", \\\n  "app.main:app"]', "started uvicorn app.main:app"),
    ('CMD ["uvicorn", "main:app"]\nENTRYPOINT []', "started uvicorn main:app"),
    ('SHELL ["bash", "-c"]\nCMD uvicorn "a b:app"', "started uvicorn a b:app"),
]


def started_by(dockerfile: str) -> list[str]:
    """The words of process 1: what stands behind the last ENTRYPOINT and CMD."""
    lines = dockerfile.replace("\\\n", "").splitlines()
    said = {name: [line.partition(" ")[2] for line in lines if line.startswith(name)][-1:] for name in
            ("SHELL", "ENTRYPOINT", "CMD")}  # fmt: skip
    shell = json.loads(said["SHELL"][0]) if said["SHELL"] else ["/bin/sh", "-c"]
    parts = [json.loads(text) if text.startswith("[") else [*shell, text] for text in said["ENTRYPOINT"] + said["CMD"]]
    return [word for part in parts for word in part]


@pytest.mark.slow
@pytest.mark.parametrize(("start", "says"), COMMANDS)
def test_advice_keeps_the_command_of_an_image(start: str, says: str, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    write(folder, {"Dockerfile": image(start), "app/routes.py": BROKEN})
    (finding,) = answers(folder, "start")
    assert finding.state == "missing"
    apply(folder, finding)
    text = (folder / "Dockerfile").read_text()
    assert "RUN python -m pip install --no-cache-dir syntax-guard" in text.splitlines()[1]
    assert states(folder, "start") == {"ok"}

    command = ["env", "PORT=7001", *started_by(text)]
    refused = run(folder, command, *SERVERS)
    assert (refused.returncode, "started" in refused.stdout) == (1, False)
    (folder / "app" / "routes.py").write_text(GOOD)
    passed = run(folder, command, *SERVERS)
    assert passed.returncode == 0, passed.stderr
    assert says in passed.stdout.splitlines()


def test_advice_for_an_image_that_is_too_old_for_the_tool_uses_its_own_python(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    write(folder, {"Dockerfile": image('CMD ["uvicorn", "main:app"]', "python:3.9-slim"), "main.py": BROKEN})
    (finding,) = answers(folder, "start")
    apply(folder, finding)
    text = (folder / "Dockerfile").read_text()
    assert "syntax-guard" not in text
    assert run(folder, started_by(text), *SERVERS).returncode == 1
    (folder / "main.py").write_text(GOOD)
    assert "started uvicorn main:app" in run(folder, started_by(text), *SERVERS).stdout


ROOTS = [  # an image that works in /, and where its code is
    ("COPY app /srv/app", "/srv/app"),
    ("COPY app app/", "app"),
    ("WORKDIR /\nCOPY app ./app", "/app"),
]


@pytest.mark.parametrize(("copies", "root"), ROOTS)
def test_advice_for_an_image_that_works_in_the_top_folder_names_where_its_code_is(
    copies: str, root: str, tmp_path: Path
) -> None:
    write(tmp_path, {"Dockerfile": f'FROM python:3.12\n{copies}\nCMD ["uvicorn", "app.main:app"]\n'})
    (finding,) = answers(tmp_path, "start")
    apply(tmp_path, finding)
    assert f'ENTRYPOINT ["syntax-guard", "run", "--root", "{root}", "--"]' in (tmp_path / "Dockerfile").read_text()
    assert states(tmp_path, "start") == {"ok"}


def test_advice_for_what_is_not_built_here_says_that_a_root_may_be_needed(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": "services:\n  web:\n    image: shop:1\n    command: uvicorn app:app\n"})
    (finding,) = answers(tmp_path, "start")
    assert finding.advice is not None
    assert "run --root FOLDER --" in (finding.advice.pattern or "")


COMPOSE = [
    "    command: uvicorn app.main:app --port 9000\n",
    '    command: ["uvicorn", "app.main:app", "--port", "9000"]\n',
    "    command:\n      - uvicorn\n      - app.main:app\n      - --port\n      - '9000'\n",
    '    entrypoint: ["uvicorn", "app.main:app", "--port", "9000"]\n',
]


@pytest.mark.parametrize("command", COMPOSE)
def test_advice_keeps_the_command_of_a_service(command: str, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    files = {
        "compose.yaml": f"services:\n  web:\n    build: .\n{command}",
        "Dockerfile": image("USER 1"),
        "a.py": BROKEN,
    }
    write(folder, files)
    (finding,) = answers(folder, "start")
    apply(folder, finding)
    assert states(folder, "start") == {"ok"}
    service = yaml.safe_load((folder / "compose.yaml").read_text())["services"]["web"]
    parts = [service.get(key, []) for key in ("entrypoint", "command")]
    words = [word for part in parts for word in (shlex.split(part) if isinstance(part, str) else part)]
    assert run(folder, words, *SERVERS).returncode == 1
    (folder / "a.py").write_text(GOOD)
    assert "started uvicorn app.main:app --port 9000" in run(folder, words, *SERVERS).stdout


MANIFEST = """apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - name: web
          image: registry.example/app:1
          command: {}
"""


@pytest.mark.parametrize("command", ["[uvicorn, app:app]", "\n            - uvicorn\n            - app:app"])
def test_advice_for_kubernetes(command: str, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    write(folder, {"k8s/web.yaml": MANIFEST.format(command), "a.py": BROKEN})
    (finding,) = answers(folder, "start")
    apply(folder, finding)
    assert states(folder, "start") == {"ok"}
    (container,) = yaml.safe_load((folder / "k8s/web.yaml").read_text())["spec"]["template"]["spec"]["containers"]
    assert run(folder, container["command"], *SERVERS).returncode == 1
    (folder / "a.py").write_text(GOOD)
    assert "started uvicorn app:app" in run(folder, container["command"], *SERVERS).stdout


@pytest.mark.parametrize(
    "line", ["gunicorn shop:app --bind 0.0.0.0:$PORT", "cd . && gunicorn shop:app --bind 0.0.0.0:$PORT"]
)
def test_advice_for_a_procfile(line: str, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    write(folder, {"Procfile": f"release: python manage.py migrate\nweb: {line}\n", "a.py": BROKEN})
    (missing,) = (one for one in answers(folder, "start") if one.state == "missing")
    apply(folder, missing)
    assert states(folder, "start") == {"ok", "not-applicable"}
    command = ["env", "PORT=7001", "bash", "-c", (folder / "Procfile").read_text().splitlines()[1].partition(": ")[2]]
    assert run(folder, command, *SERVERS).returncode == 1
    (folder / "a.py").write_text(GOOD)
    assert "started gunicorn shop:app --bind 0.0.0.0:7001" in run(folder, command, *SERVERS).stdout


UNIT = "[Service]\nWorkingDirectory=/srv/app\nExecStart={}\nRestart=on-failure\n"


@pytest.mark.parametrize(
    ("start", "state"),
    [
        ("/srv/venv/bin/syntax-guard run -- /srv/venv/bin/gunicorn shop:app", "ok"),
        ("/srv/venv/bin/gunicorn shop:app\nExecStartPre=/srv/venv/bin/syntax-guard check .", "ok"),
        ("/srv/venv/bin/gunicorn shop:app\nExecStartPre=-/srv/venv/bin/syntax-guard check .", "missing"),
        ("-/srv/venv/bin/syntax-guard run -- /srv/venv/bin/gunicorn shop:app", "cannot-tell"),
        ("/srv/venv/bin/gunicorn shop:app", "missing"),
    ],
)
def test_a_unit_of_systemd(start: str, state: str, tmp_path: Path) -> None:
    write(tmp_path, {"deploy/shop.service": UNIT.format(start)})
    assert states(tmp_path, "start") == {state}
    for finding in answers(tmp_path, "start") if state == "missing" else ():
        apply(tmp_path, finding)
        text = (tmp_path / "deploy/shop.service").read_text()
        assert "ExecStart=/srv/venv/bin/syntax-guard run -- /srv/venv/bin/gunicorn shop:app" in text


WORKER = "services:\n  w:\n    image: python:3.12\n    command: celery -A shop worker\n"
HEALTH = [  # files, the state, what the advice holds
    ({"Dockerfile": image('HEALTHCHECK CMD curl http://localhost:9000/up\nCMD uvicorn m:a --port 9000')}, "cannot-tell",
     'CMD ["syntax-guard", "probe", "http://localhost:9000/up"]'),
    ({"Dockerfile": image("CMD celery -A shop worker")}, "missing",
     "CMD celery -A shop inspect ping -d celery@$HOSTNAME"),
    ({"Dockerfile": image("CMD uvicorn m:a --uds /run/a.sock")}, "missing", None),
    ({"Dockerfile": image("CMD gunicorn -b unix:/run/a.sock m:a")}, "missing", None),
    ({"Dockerfile": image('HEALTHCHECK CMD ["syntax-guard", "probe", "--unix-socket", "/run/a", "http://x/"]\n'
                          "CMD uvicorn m:a --uds /run/a")}, "ok", None),
    ({"Dockerfile": image('CMD ["uvicorn", "m:a"]')}, "missing", None),
    ({"Dockerfile": image('CMD ["python", "worker.py"]')}, "missing", None),
    ({"Dockerfile": image('HEALTHCHECK CMD ["syntax-guard", "probe", "http://127.0.0.1:8000/"]\nCMD uvicorn m:a')},
     "ok", None),
    ({"Dockerfile": image('HEALTHCHECK CMD curl -f http://localhost/ || exit 1\nCMD uvicorn m:a --port 80', "python:3.12")},  # noqa: E501
     "cannot-tell", 'CMD ["syntax-guard", "probe", "http://localhost/"]'),
    ({"Dockerfile": image('HEALTHCHECK CMD true\nCMD ["uvicorn", "m:a"]')}, "cannot-tell", None),
    ({"Dockerfile": image('HEALTHCHECK CMD ./check.sh\nCMD ["uvicorn", "m:a"]')}, "cannot-tell", None),
    ({"compose.yaml": "services:\n  w:\n    build: .\n    command: celery -A shop worker\n",
      "Dockerfile": "FROM python:3.12\n"}, "missing", "CMD celery -A shop inspect ping -d celery@$HOSTNAME"),
    ({"compose.yaml": WORKER}, "missing", None),
]  # fmt: skip


@pytest.mark.parametrize(("files", "state", "line"), HEALTH)
def test_health_checks(files: dict[str, str], state: str, line: str | None, tmp_path: Path) -> None:
    write(tmp_path, files)
    (finding,) = answers(tmp_path, "health")
    assert finding.state == state
    if line is not None:
        apply(tmp_path, finding)
        assert line in "".join((tmp_path / name).read_text() for name in files)
        assert states(tmp_path, "health") == {"ok"}
    elif state == "missing":
        assert finding.advice is not None
        assert finding.advice.pattern, "what would be a guess is a pattern"


def test_the_python_of_an_image(tmp_path: Path) -> None:
    compose = "services:\n  web:\n    build: .\n    command: uvicorn a:b\n    ports: ['80:80']\n"
    write(
        tmp_path,
        {
            "compose.yaml": compose,
            "Dockerfile": image("USER 1"),
            "pyproject.toml": '[project]\nrequires-python = ">=3.13"\n',
        },
    )
    assert answers(tmp_path, "python") == [
        Finding("python", "missing", answers(tmp_path, "python")[0].message, Place("Dockerfile", 1), "written",
                answers(tmp_path, "python")[0].why, answers(tmp_path, "python")[0].advice)
    ]  # fmt: skip


def test_an_instruction_with_a_comment_in_it_is_replaced_as_a_whole(tmp_path: Path) -> None:
    start = 'ENTRYPOINT [ \\\n# the server\n  "uvicorn", \\\n  "a:b"]'
    write(tmp_path, {"Dockerfile": image(start), "a.py": GOOD})
    (finding,) = answers(tmp_path, "start")
    apply(tmp_path, finding)
    text = (tmp_path / "Dockerfile").read_text()
    assert text.splitlines()[-1] == 'ENTRYPOINT ["syntax-guard", "run", "--", "uvicorn", "a:b"]'
    assert "the server" not in text


def test_a_shells_text_in_an_entry_point_is_kept(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": image("ENTRYPOINT uvicorn 'a\"b' $X")})
    (finding,) = answers(tmp_path, "start")
    assert finding.advice is not None
    assert json.loads(finding.advice.edits[-1].text.partition(" ")[2])[-1] == "uvicorn 'a\"b' $X"


def test_the_check_of_a_service_works_where_it_is_written(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": WORKER})
    (finding,) = answers(tmp_path, "health")
    assert finding.advice is not None
    check = (finding.advice.pattern or "").partition("in compose.yaml, for service w: ")[2]
    assert yaml.safe_load(check)["healthcheck"]["test"] == [
        "CMD", "/bin/sh", "-c", "celery -A shop inspect ping -d celery@$$HOSTNAME",
    ]  # fmt: skip
    (tmp_path / "compose.yaml").write_text(f"{WORKER}    {check}\n")
    assert states(tmp_path, "health") == {"ok"}


SHARED = """services:
  api: {build: .}
  worker: {build: ., command: celery -A shop worker}
"""


@pytest.mark.parametrize("check", ["", "HEALTHCHECK CMD curl http://localhost:9000/up\n"])
def test_a_worker_in_the_image_of_a_server_is_checked_in_its_own_service(check: str, tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": SHARED, "Dockerfile": image(f"{check}CMD uvicorn m:a --port 9000")})
    api, worker = sorted(answers(tmp_path, "health"), key=lambda one: "worker" in one.message)
    for one, name in ((api, "api"), (worker, "worker")):
        assert one.advice is not None
        assert (one.state, one.advice.edits) == ("cannot-tell" if check else "missing", ())
        own = (one.advice.pattern or "").partition(f"in compose.yaml, for service {name}: ")[2].partition("; for")[0]
        text = (tmp_path / "compose.yaml").read_text().splitlines()
        at = next(number for number, line in enumerate(text) if line.startswith(f"  {name}:"))
        text[at] = f"{text[at][:-1]}, {own}}}"
        (tmp_path / "compose.yaml").write_text("\n".join(text))
    assert states(tmp_path, "health") == {"ok"}


OLD_CHECKS = [  # an old check with settings of its own, and the advice that keeps them
    ({"Dockerfile": image("HEALTHCHECK --interval=30s --retries=2 CMD curl http://localhost:9000/up\nCMD uvicorn m:a")},
     'HEALTHCHECK --interval=30s --retries=2 CMD ["syntax-guard", "probe", "http://localhost:9000/up"]'),
    ({"compose.yaml": WORKER + "    healthcheck: {test: 'true', interval: 30s}\n"},
     "for service w, under healthcheck, in place of its check (other keys stay): test: ["),
]  # fmt: skip


@pytest.mark.parametrize(("files", "line"), OLD_CHECKS)
def test_advice_keeps_the_settings_of_an_old_check(files: dict[str, str], line: str, tmp_path: Path) -> None:
    write(tmp_path, files)
    (finding,) = answers(tmp_path, "health")
    assert finding.advice is not None
    assert line in "".join([*(one.text for one in finding.advice.edits), finding.advice.pattern or ""])


def test_it_is_said_why_a_script_outside_is_not_checked(tmp_path: Path) -> None:
    outside = "/entrypoint.sh lies outside of /app, the folder that run checks"
    start = 'COPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]'
    write(tmp_path, {"Dockerfile": image(start)})
    (finding,) = answers(tmp_path, "start")
    assert (finding.state, outside in finding.message) == ("missing", True)
    apply(tmp_path, finding)
    (finding,) = answers(tmp_path, "start")
    assert (finding.state, outside in finding.message) == ("cannot-tell", True)


@pytest.mark.parametrize("listens", ["uvicorn m:a --uds /run/a.sock", "gunicorn -b unix:/run/a.sock m:a"])
def test_a_server_on_a_socket_is_asked_there(listens: str, tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": image(f"CMD {listens}")})
    (finding,) = answers(tmp_path, "health")
    assert finding.advice is not None
    assert '["syntax-guard", "probe", "--unix-socket", "/run/a.sock", "http://localhost/' in (
        finding.advice.pattern or ""
    )
