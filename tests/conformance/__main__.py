"""Compare approximate targets with the real Pythons, and ruff, vermin and ``feature_version`` beside them.

``python -m tests.conformance`` in a checkout; ``--help`` says more. ruff and vermin have a column if installed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from typing import TYPE_CHECKING

from . import tools
from .mutations import mutations
from .pythons import APPROXIMATE, VERSIONS, ask, found
from .sources import examples, judged_now, library, recorded, verdict_files

if TYPE_CHECKING:
    from syntax_guard.model import Version

    from .sources import Judged

OURS = "rules"
HOSTS = ((3, 11), (3, 13), (3, 14))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__.partition("\n")[0])
    parser.add_argument("--host", action="append", help="the Python that answers, such as 3.13; by default those found")
    parser.add_argument("--sources", type=int, default=20_000, metavar="N", help="at most so many (default: 20000)")
    parser.add_argument(
        "--library",
        dest="standard_library",
        action="store_true",
        help="sources of the standard library, not recorded ones",
    )
    parser.add_argument("--mutated", type=int, default=0, metavar="N", help="N changed ones in place of the sources")
    parser.add_argument("--seed", type=int, default=3, metavar="N", help="choose others (default: 3)")
    parser.add_argument("--rules-only", action="store_true", help="leave ruff, vermin and feature_version out")
    options = parser.parse_args()

    pythons = found()
    wanted = [tuple(map(int, host.split("."))) for host in options.host or []] or list(HOSTS)
    hosts = [host for host in pythons if host in wanted] or [sys.version_info[:2]]
    sets = _sets(pythons, options.standard_library, options.sources)
    if options.mutated:
        sources = [source for judged in sets.values() for source in judged.sources] + examples()
        changed = mutations(sources, options.mutated, pythons[max(pythons)], options.seed)
        sets = {f"mutations with the seed {options.seed}": judged_now(changed, pythons)}
    agreed = True
    for name, judged in sets.items():
        for host in hosts:
            agreed &= _compare(name, judged, host, pythons[host], others=not options.rules_only)
    left_out = [f"{version[0]}.{version[1]}" for version in VERSIONS if version not in pythons]
    if left_out:
        print("Not found, so left out as host, and as target without recorded verdicts: Python", ", ".join(left_out))
    return 0 if agreed else 1


def _sets(pythons: dict[Version, str], use_library: bool, limit: int) -> dict[str, Judged]:
    files = [] if use_library else verdict_files()
    if files:
        return {path.name: recorded(path) for path in files}
    sources = library(10**9)
    random.Random(3).shuffle(sources)
    return {"standard library and examples of the rules": judged_now(sources[:limit] + examples(), pythons)}


def _compare(title: str, judged: Judged, host: Version, python: str, *, others: bool) -> bool:
    """Print the table of one host; whether the rules raise no false alarm and let at most 1 in 500 through."""
    answers = ask(python, APPROXIMATE, judged.sources)
    accepted = [
        place for place, answer in enumerate(answers) if answer is not None and judged.answers[host][place] is None
    ]
    older = [version for version in VERSIONS if version < host and version in judged.answers]
    refused = {
        OURS: {v: {p for p in accepted if answers[p][0] != "Crashed" and answers[p][0][v[1] - 8]} for v in older},
    }
    if others:
        refused["feature_version"] = {v: {p for p in accepted if answers[p][1][v[1] - 8]} for v in older}
        for tool, asked in (("ruff", tools.ruff), ("vermin", tools.vermin)):
            if tools.found(tool):
                chosen = asked([judged.sources[place] for place in accepted], older)
                refused[tool] = {v: {accepted[place] for place in chosen[v]} for v in older}
            else:
                print(f"{tool} is not installed, so left out")
    print(f"\nHost Python {host[0]}.{host[1]}, {title}: accepts {len(accepted)} of {len(judged.sources)} sources")
    print("target  refused  " + "".join(f"{tool:>24}" for tool in refused))
    print(" " * 17 + f"{'missed / false alarms':>24}" * len(refused))
    agreed = True
    causes: Counter[str] = Counter()
    for version in older:
        real = {place for place in accepted if judged.answers[version][place] is not None}
        row = f"{version[0]}.{version[1]:<5} {len(real):7}  "
        for tool, by_version in refused.items():
            missed, alarms = real - by_version[version], by_version[version] - real
            share = f"{len(missed)} ({100 * len(missed) / max(len(real), 1):.1f} %) / {len(alarms)}"
            row += f"{share:>24}"
            if tool == OURS:
                agreed &= not alarms and len(missed) * 500 <= len(real)
                for place in missed:
                    causes["missed: " + ": ".join(judged.answers[version][place][:2])] += 1
                for place in alarms:
                    causes["false alarm: " + answers[place][0][version[1] - 8][0]] += 1
        print(row)
    for cause, count in causes.most_common(20):
        print(f"  {count} x {cause[:110]}")
    return agreed


if __name__ == "__main__":
    sys.exit(main())
