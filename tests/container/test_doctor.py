"""``doctor --try-image``: what an image really does with a broken file is what doctor says."""

from __future__ import annotations

import pytest

from syntax_guard.doctor.trial import tried_image
from syntax_guard.errors import UsageError

from .conftest import IMAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from .engine import Engine


@pytest.mark.usefixtures("image")
@pytest.mark.parametrize(
    ("command", "state", "how"),
    [
        (None, "ok", "tried"),
        ('CMD ["python", "-m", "http.server"]', "missing", "tried"),
        ('CMD ["sh", "-c", "echo no; exit 3"]', "cannot-tell", None),
    ],
)
def test_an_image_is_tried(engine: Engine, command: str | None, state: str, how: str | None, tmp_path: Path) -> None:
    name = IMAGE
    if command is not None:
        name = "doctor-trial"
        (tmp_path / "Dockerfile").write_text(f"FROM {IMAGE}\n{command}\n")
        engine.done("build", "--pull=never", "-t", name, tmp_path)
    found = tried_image(name, engine.environment)
    assert (found.gate, found.state, found.how) == ("start", state, how), found


def test_an_image_that_is_not_there(engine: Engine) -> None:
    with pytest.raises(UsageError):
        tried_image("no-such-image", engine.environment)
