"""The gate in containers that are short of something: it starts, or it names the limit in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from .engine import Engine

GATE = "exec syntax-guard run --jobs 2 --no-cache -- echo started"
LIMITS = {
    "processes": ("--pids-limit={}", (1, 2, 3, 4)),
    "memory": ("--memory={0}m --memory-swap={0}m", (20, 24, 32, 64, 128, 256)),
    "descriptors": ("", (5, 6, 7, 8, 9, 10, 12, 16)),
}
NAMED = ("the container's limit is ", "ulimit -n is ")
SURROUNDINGS = {
    "read-only": ("--read-only", GATE),
    "without a home": ("--user=12345:12345 --env=HOME=", GATE),
    "without /proc": ("--privileged --user=root", f"umount -l /proc; {GATE}"),
    "waiting, alone": ("--pids-limit=1", GATE.replace("run", "run --wait")),
    "waiting, with one other": ("--pids-limit=2", GATE.replace("run", "run --wait")),
    "read-only, without a home, alone": ("--read-only --user=12345:12345 --env=HOME= --pids-limit=1", GATE),
    "with little of all": ("--memory=64m --memory-swap=64m --pids-limit=2", f"ulimit -n 8; {GATE}"),
    "alone without /proc": ("--privileged --user=root", f"umount -l /proc; ulimit -n 6; {GATE}"),
}


@pytest.fixture(scope="module", params=["many small files", "hard files"])
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bool]:
    """A valid tree, and whether some of its files are judged in a process of their own."""
    folder = tmp_path_factory.mktemp("tree")
    folder.chmod(0o755)
    hard = request.param == "hard files"
    for number in range(5 if hard else 300):
        (folder / f"m{number}.py").write_text("def f(x):\n    return x + 1\n" * 50)
    if hard:
        (folder / "deep.py").write_text(f"x = {'(' * 90}{')' * 90}\n")
        (folder / "long.py").write_text("a\n" * 300_000)
    return folder, hard


def outcome(engine: Engine, image: str, tree: Path, options: str, command: str) -> str:
    """What came of the gate: ``started``, or the one line that says why not; anything else fails the test."""
    mount = f"{tree}:/tree:ro"
    line = [*options.split(), "--volume", mount, "--workdir", "/tree", image, "sh", "-c", command]
    done = engine.to_its_end("--network", "none", "--no-healthcheck", *line)
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("syntax-guard: ")
    if done.returncode == 0:
        assert done.stdout == "started\n"
        return "started"
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    return done.stderr


@pytest.mark.parametrize(("limit", "amount"), [(name, one) for name, (_, amounts) in LIMITS.items() for one in amounts])
def test_a_valid_tree_starts_or_the_limit_is_named(
    engine: Engine, image: str, tree: tuple[Path, bool], limit: str, amount: int
) -> None:
    folder, hard = tree
    options = LIMITS[limit][0].format(amount)
    command = f"ulimit -n {amount}; {GATE}" if limit == "descriptors" else GATE
    said = outcome(engine, image, folder, options, command)
    if not hard and not (limit == "descriptors" and amount < 6):
        assert said == "started"
    assert said == "started" or any(f"{name}{amount}" in said for name in NAMED)


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_a_valid_tree_starts_in_odd_surroundings(
    engine: Engine, image: str, tree: tuple[Path, bool], name: str
) -> None:
    folder, hard = tree
    options, command = SURROUNDINGS[name]
    said = outcome(engine, image, folder, options, command)
    assert said == "started" or (hard and any(limit in said for limit in NAMED))
