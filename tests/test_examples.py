"""The examples, as far as they can be looked at without a container."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml

from .conftest import PROJECT, Folder
from .documents.pages import blocks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

PAGE = "containers.md"
EXAMPLE = PROJECT / "examples" / "container"
pytestmark = pytest.mark.skipif(not EXAMPLE.exists(), reason="only the tests were unpacked")


@pytest.mark.parametrize("name", ["compose.yaml", "compose.override.yaml"])
def test_compose_files_are_valid_by_the_specification(name: str) -> None:
    pytest.importorskip("check_jsonschema")
    line = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(EXAMPLE / name)]
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def manifests() -> list[Any]:
    """The blocks of YAML on the page about containers."""
    return [yaml.safe_load(one.text) for one in blocks() if one.page.name == PAGE and one.language == "yaml"]


def test_what_the_page_shows_of_a_service_is_valid_by_the_specification(tmp_path: Path) -> None:
    pytest.importorskip("check_jsonschema")
    services = [one for one in manifests() if "containers" not in one]
    assert services
    whole = {"services": {f"service{number}": {"image": "x", **one} for number, one in enumerate(services)}}
    (tmp_path / "compose.json").write_text(json.dumps(whole))
    line = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.json"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def pod(spec: Any) -> Any:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "app"}, "spec": spec}


def test_what_the_page_shows_of_a_pod_is_valid_for_kubernetes() -> None:
    kubernetes = pytest.importorskip("kubernetes_validate", reason=".ci/container installs its 20 MB of schemas")
    [spec] = [one for one in manifests() if "containers" in one]
    kubernetes.validate(pod(spec), kubernetes.latest_version(), strict=True)
    mounted = {mount["name"] for one in spec["initContainers"] + spec["containers"] for mount in one["volumeMounts"]}
    assert mounted == {volume["name"] for volume in spec["volumes"]}
    spec["containers"][0]["livenessProbe"]["timeout"] = 10
    with pytest.raises(kubernetes.ValidationError):
        kubernetes.validate(pod(spec), kubernetes.latest_version(), strict=True)


def test_a_wrong_compose_file_is_not(tmp_path: Path) -> None:
    pytest.importorskip("check_jsonschema")
    wrong = tmp_path / "compose.yaml"
    wrong.write_text((EXAMPLE / "compose.yaml").read_text().replace("retries: 3", "retrys: 3"))
    line = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(wrong)]
    assert subprocess.run(line, capture_output=True).returncode == 1


def test_the_example_is_valid_itself(folder: Folder) -> None:
    run = folder.check("--isolated", EXAMPLE)
    assert run.code == 0
    assert run.json["summary"]["checked"] == 2


def commands() -> list[list[str]]:
    """What the Dockerfile and the compose files start or check with, in exec form."""
    text = "\n".join((EXAMPLE / name).read_text() for name in ("Dockerfile", "compose.yaml", "compose.override.yaml"))
    return [json.loads(line[line.index("[") :]) for line in text.splitlines() if '["' in line]


def test_every_command_is_one_that_the_parser_knows(folder: Folder) -> None:
    verbs = []
    for command in commands():
        words = [word for word in command if word != "CMD"]
        assert words[0] == "syntax-guard"
        verbs.append(words[1])
        words = words[1 : words.index("--")] if "--" in words else words[1:]
        run = folder.guard(*words, "--help")
        assert (run.code, run.err) == (0, "")
    assert sorted(verbs) == ["probe", "probe", "probe", "run", "run"]
