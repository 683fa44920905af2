"""`syntax-guard doctor`, as it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..conftest import Folder

pytest.importorskip("yaml", reason="PyYAML is not installed (extra doctor)")
GATED = 'FROM python:3.12-slim\nCMD ["syntax-guard", "run", "--", "app"]\n'


def test_the_table_goes_to_standard_output(folder: Folder) -> None:
    folder.write("Dockerfile", GATED)
    run = folder.guard("doctor")
    assert (run.code, run.err) == (0, "")
    assert "start   ok" in run.out
    assert "health  MISSING" in run.out


@pytest.mark.parametrize(
    ("required", "code"),
    [
        (["--require", "start"], 0),
        (["--require", "start,health"], 1),
        (["--require", "start", "--require", "health"], 1),
        (["--require", "commit"], 1),
        (["--require", ""], 0),
    ],
)
def test_a_required_gate_that_is_missing_is_red(required: list[str], code: int, folder: Folder) -> None:
    folder.write("Dockerfile", GATED)
    run = folder.guard("doctor", *required)
    assert run.code == code
    assert ("required and missing" in run.out) == bool(code)


def test_a_gate_that_does_not_exist_is_a_mistake(folder: Folder) -> None:
    run = folder.guard("doctor", "--require", "comit")
    assert (run.code, run.out) == (2, "")
    assert "commit" in run.err


def test_json(folder: Folder) -> None:
    folder.write("api/Dockerfile", GATED)
    run = folder.guard("doctor", "api", "--output-format", "json", "--require", "health")
    assert run.code == 1
    assert run.json["required_missing"] == ["health"]
    assert ("start", "ok", "Dockerfile", 2) in [
        (one["gate"], one["state"], one["path"], one["line"]) for one in run.json["findings"]
    ]


def test_a_folder_that_is_none(folder: Folder) -> None:
    run = folder.guard("doctor", "absent")
    assert run.code == 2
    assert "absent" in run.err
    assert "Traceback" not in run.err
