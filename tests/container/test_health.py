"""The health check in real containers. Without systemd nobody runs it every 30 seconds, so the tests do."""

from __future__ import annotations

from .engine import Engine, until

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

URL = "http://127.0.0.1:8000/health"


def health_check(*options: str) -> list[str]:
    """Podman's arguments for the image's health check with more `options`, where failures count from the start on."""
    command = " ".join(["syntax-guard", "probe", URL, *options])
    return ["--health-cmd", command, "--health-start-period", "1ms", "--health-timeout", "10s", "--health-retries", "3"]


def test_the_images_own_check_turns_healthy(engine: Engine, image: str) -> None:
    container = engine.start("--init", image)
    assert container.health() == "starting"
    until(container.serves)
    assert container.check_health() == "healthy"


def test_it_turns_unhealthy_when_the_application_breaks(engine: Engine, image: str) -> None:
    container = engine.start("--init", *health_check(), image)
    until(container.serves)
    container.post("/numbers/5")
    assert container.check_health() == "healthy"
    container.post("/numbers/0")
    assert [container.check_health() for _ in range(3)] == ["healthy", "healthy", "unhealthy"]
    assert "503" in container.inspect("json .State")
    assert container.running  # which is all that Docker and Podman do about it


def test_restart_after_lets_the_restart_policy_do_the_rest(engine: Engine, image: str) -> None:
    check = health_check("--restart-after", "3", "--start-period", "0")
    container = engine.start("--init", "--restart", "unless-stopped", *check, image)
    for restarts in (1, 2):  # the second time the count of the first is still on disk, and must not count
        until(container.serves)
        assert container.check_health() == "healthy"
        container.post("/numbers/0")
        for _ in range(2):
            container.check_health()
        assert container.restarts == restarts - 1
        assert container.processes().keys() - {1}
        container.check_health()
        until(lambda: container.restarts == restarts)  # noqa: B023 - called in this round only
    until(container.serves)
    assert container.check_health() == "healthy"


def test_a_count_from_before_a_restart_does_not_count(engine: Engine, image: str) -> None:
    probe = ["syntax-guard", "probe", "http://127.0.0.1:1/", "--restart-after", "3", "--start-period", "0"]
    container = engine.start("--init", "--restart", "unless-stopped", image)
    until(container.serves)
    assert [container.inside(*probe).stdout.strip()[-6:] for _ in range(2)] == ["1 of 3", "2 of 3"]
    engine.done("restart", container.name)
    until(container.serves)
    assert container.inside(*probe).stdout.strip().endswith("1 of 3")


def test_a_server_that_no_signal_reaches_is_told_what_it_lacks(engine: Engine, image: str) -> None:
    container = engine.start(image, "sleep", "300")  # a process 1 without a handler
    probe = ["syntax-guard", "probe", URL, "--restart-after", "1", "--start-period", "0"]
    probed = container.inside(*probe)
    assert probed.returncode == 1
    assert "init: true" in probed.stderr


def test_a_server_whose_event_loop_is_stuck_is_restarted_too(engine: Engine, image: str, app: Path) -> None:
    block = "\n\n@app.post('/block')\nasync def block() -> None:\n    import time\n\n    time.sleep(3600)\n"
    (app / "main.py").write_text((app / "main.py").read_text() + block)
    check = health_check("--timeout", "1", "--restart-after", "2", "--start-period", "0")
    mount = ["--volume", f"{app}:/srv/app:ro"]
    container = engine.start("--init", "--restart", "unless-stopped", *check, *mount, image)
    until(container.serves)
    post = "import urllib.request as r; r.urlopen(r.Request('http://127.0.0.1:8000/block', method='POST'), timeout=1)"
    assert "timed out" in container.inside("python", "-c", post).stderr
    for _ in range(3):
        container.check_health()  # counted, then SIGTERM, which nobody gets to
    assert container.restarts == 0
    container.check_health()
    until(lambda: container.restarts == 1 and container.serves())
