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
:root { color-scheme: light dark; --good: #1a7f37; --bad: #c5221f; --line: #8884; --quiet: #6e7781; }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; --quiet: #9198a1; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; }
h1.pass { color: var(--good); } h1.fail { color: var(--bad); }
header { border-left: .4rem solid; padding: .2rem 0 .2rem 1rem; margin-bottom: 2rem; border-color: var(--good); }
header:has(.fail) { border-color: var(--bad); }
header p { margin: .3rem 0 0; color: var(--quiet); }
h2 { font-size: 1.1rem; margin: 2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { text-align: left; padding: .45rem .6rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
  overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: 500; font-size: .85rem; }
tbody td:first-child { font-weight: 600; }
.name { width: 10rem; } .status { width: 5rem; } .took { width: 5.5rem; }
td.pass { color: var(--good); } td.fail { color: var(--bad); font-weight: 600; }
td.pass::before { content: "✓ "; } td.fail::before { content: "✗ "; }
th.took, #checks td:nth-child(4) { text-align: right; padding-right: 0; font-variant-numeric: tabular-nums; }
@media (max-width: 30rem) { .name { width: 6.5rem; } .status { width: 4rem; } .took { width: 4.5rem; } }
"""


@router.get("/", response_class=HTMLResponse)
async def overview(request: Request) -> str:
    """The gates of this instance, asked now."""
    state = request.app.state
    readings = await state.checkup.readings()
    return page(readings, state.started, state.service)


def page(readings: Sequence[Reading], started: datetime, service: str) -> str:
    """The whole document."""
    failing = [reading for reading in readings if not reading.healthy]
    cut_off = [reading for reading in failing if reading.check.needed_to_serve]
    verdict = "does not serve" if cut_off else "serves, but needs a hand" if failing else "healthy"
    gates = [
        ("startup", (), f"passed {started:%Y-%m-%d %H:%M:%S} UTC"),
        ("live", (), "this process answers"),
        ("ready", cut_off, "what requests need is there"),
        ("health", failing, "all is well, and the next restart would work"),
    ]
    status = "fail" if failing else "pass"
    newest = max((reading.time for reading in readings), default=started)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<link rel="icon" href="data:,">
<title>{escape(service)}: {verdict}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1 class="{status}">{escape(service)}: {verdict}</h1>
<p>seen {newest:%Y-%m-%d %H:%M:%S} UTC; this page looks again every 5 seconds</p>
</header>
<main>
<h2>Gates</h2>
<table id="gates">
<thead><tr><th scope="col" class="name">Gate</th><th scope="col" class="status">Status</th>
<th scope="col">Because</th></tr></thead>
<tbody>{"".join(_gate(name, closed_by, when_open) for name, closed_by, when_open in gates)}</tbody>
</table>
<h2>Checks</h2>
<table id="checks">
<thead><tr><th scope="col" class="name">Check</th><th scope="col" class="status">Status</th>
<th scope="col">Said</th><th scope="col" class="took">Took</th></tr></thead>
<tbody>{"".join(_check(reading) for reading in readings)}</tbody>
</table>
</main>
<p><a href="/health">health</a> · <a href="/metrics">metrics</a> · <a href="/docs">API</a></p>
</body>
</html>
"""


def _gate(name: str, closed_by: Sequence[Reading], when_open: str) -> str:
    because = f"{', '.join(reading.check.name for reading in closed_by)} failed" if closed_by else when_open
    return _row(name, not closed_by, escape(because))


def _check(reading: Reading) -> str:
    faults = [f"{fault.error} {fault.component or ''}".strip() for fault in reading.faults]
    counts = ", ".join(f"{count} {name}" for name, count in reading.counts.items())
    said = "<br>".join(map(escape, faults or [counts]))
    return _row(reading.check.name, reading.healthy, said, f"{reading.seconds * 1000:.1f} ms")


def _row(name: str, healthy: bool, *cells: str) -> str:
    status = "pass" if healthy else "fail"
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr data-name="{escape(name)}"><td>{escape(name)}</td><td class="{status}">{status}</td>{rest}</tr>\n'
