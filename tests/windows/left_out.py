"""A plugin for pytest on Windows: leaves out what `left_out.toml` lists, and fails where more is left out than that.

It names a test that fails at once: a run that is ended early has told which did.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLE = Path(__file__).with_name("left_out.toml")


class Entry(NamedTuple):
    """A reason, how many tests may be left out for it, and which are, besides those that skip with it themselves."""

    reason: str
    most: int
    tests: tuple[str, ...] = ()

    def covers(self, name: str) -> bool:
        """Whether the test `name` (pytest's node id) is, or belongs to, one of `tests`."""
        return any(name == test or name.startswith((test + "[", test + "::", test + "/")) for test in self.tests)


def chosen(name: str) -> list[str]:
    """The tests that run on Windows, as pytest is given them: the ``core``, or those that take ``long``."""
    return [str(test) for test in tomllib.loads(TABLE.read_text("utf-8"))[name]]


def entries() -> list[Entry]:
    """The rows of the table."""
    rows = tomllib.loads(TABLE.read_text("utf-8"))["left_out"]
    return [Entry(row["reason"], row["most"], tuple(row.get("tests", ()))) for row in rows]


def too_many(counted: Counter[str], allowed: Iterable[Entry]) -> list[str]:
    """What is wrong with the numbers of tests that were left out, by reason: one line each."""
    most = {entry.reason: entry.most for entry in allowed}
    return [
        f"{count} tests are left out since {reason}: the table knows {most.get(reason, 'no such reason')}"
        for reason, count in counted.items()
        if count > most.get(reason, 0)
    ]


_counted: Counter[str] = Counter()
_terminal: list[pytest.TerminalReporter] = []
"""Where there is one: processes that run tests for another have none."""


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and not hasattr(config, "workerinput"):
        _terminal.append(terminal)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    table = entries()
    for item in items:
        for entry in table:
            if entry.covers(item.nodeid):
                item.add_marker(pytest.mark.skip(reason=entry.reason))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed and _terminal:
        _terminal[0].write_line(f"FAILED {report.nodeid} ({report.when}, {report.duration:.0f} s)", red=True)
    if report.skipped and isinstance(report.longrepr, tuple):
        _counted[report.longrepr[2].removeprefix("Skipped: ")] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    if too_many(_counted, entries()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    most = {entry.reason: entry.most for entry in entries()}
    for reason, count in sorted(_counted.items()):
        terminalreporter.write_line(f"{count:4} of {most.get(reason, 0)} left out: {reason}")
    for line in too_many(_counted, entries()):
        terminalreporter.write_line(line, red=True)


if __name__ == "__main__":
    print(*(test for name in sys.argv[1:] for test in chosen(name)))  # noqa: T201 - for the step
