"""The page at ``/``: each gate and each check as people look at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from syntax_guard.backend import Reading

router = APIRouter(include_in_schema=False)

_STYLE = """
:root { color-scheme: light dark; --good: #1a7f37; --bad: #cf222e; --line: #8884; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .45rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.pass { color: var(--good); font-weight: 600; } .fail { color: var(--bad); font-weight: 600; }
td:nth-child(4) { text-align: right; font-variant-numeric: tabular-nums; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #f85149; } }
"""


@router.get("/", response_class=HTMLResponse)
async def overview(request: Request) -> str:
    """The gates of this instance, asked now."""
    state = request.app.state
    readings = await state.checkup.readings()
    return page(readings, state.started, state.service)


def page(readings: Sequence[Reading], started: datetime, service: str) -> str:
    """The whole document."""
    serving = [reading for reading in readings if reading.check.needed_to_serve]
    gates = [
        ("startup", True, f"passed {started:%Y-%m-%d %H:%M:%S} UTC"),
        ("live", True, "this process answers"),
        ("ready", all(reading.healthy for reading in serving), "what requests need is there"),
        ("health", all(reading.healthy for reading in readings), "and the next restart would work"),
    ]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5">
<title>{escape(service)}: {"healthy" if gates[-1][1] else "not healthy"}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(service)}</h1>
<h2>Gates</h2>
<table id="gates">
<thead><tr><th scope="col">Gate</th><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead>
<tbody>{"".join(_row(name, healthy, escape(meaning)) for name, healthy, meaning in gates)}</tbody>
</table>
<h2>Checks</h2>
<table id="checks">
<thead><tr><th scope="col">Check</th><th scope="col">Status</th><th scope="col">What</th>
<th scope="col">Took</th></tr></thead>
<tbody>{"".join(_check(reading) for reading in readings)}</tbody>
</table>
<p><a href="/health">health</a> · <a href="/metrics">metrics</a> · <a href="/docs">API</a></p>
</body>
</html>
"""


def _row(name: str, healthy: bool, *cells: str) -> str:
    status = "pass" if healthy else "fail"
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr data-name="{escape(name)}"><td>{escape(name)}</td><td class="{status}">{status}</td>{rest}</tr>\n'


def _check(reading: Reading) -> str:
    faults = [f"{fault.error} {fault.component or ''}".strip() for fault in reading.faults]
    counts = [f"{count} {name}" for name, count in reading.counts.items()]
    what = "<br>".join(map(escape, faults or counts))
    return _row(reading.check.name, reading.healthy, what, f"{reading.seconds * 1000:.1f} ms")
