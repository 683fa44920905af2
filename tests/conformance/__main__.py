"""Compare approximate targets with the real Pythons, and ruff, vermin and ``feature_version`` beside them.

``python -m tests.conformance`` in a checkout; ``--help`` says more. ruff and vermin have a column if installed.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from . import tools
from .mutations import mutations
from .nestings import nestings
from .pythons import APPROXIMATE, VERSIONS, asked_together, found
from .sources import examples, judged_now, library, recorded, verdict_files

if TYPE_CHECKING:
    from syntax_guard.model import Version

    from .sources import Judged

OURS = "rules"
HOSTS = ((3, 11), (3, 13), (3, 14), (3, 15))


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
    parser.add_argument("--nested", type=int, default=0, metavar="N", help="N nested near the limits, likewise")
    parser.add_argument("--seed", type=int, default=3, metavar="N", help="choose others (default: 3)")
    parser.add_argument("--rules-only", action="store_true", help="leave ruff, vermin and feature_version out")
    options = parser.parse_args()

    pythons = found()
    wanted = [tuple(map(int, host.split("."))) for host in options.host or []] or list(HOSTS)
    hosts = [host for host in pythons if host in wanted] or [sys.version_info[:2]]
    newest = pythons[max(pythons)]
    if options.nested:
        nested = nestings(options.nested, newest, options.seed)
        sets = {f"nestings with the seed {options.seed}": judged_now(nested, pythons)}
    elif options.mutated:
        sources = _sources(options.standard_library, options.sources)
        changed = mutations(sources, options.mutated, newest, options.seed)
        sets = {f"mutations with the seed {options.seed}": judged_now(changed, pythons)}
    else:
        sets = _sets(pythons, options.standard_library, options.sources)
    agreed = True
    for name, judged in sets.items():
        approximate = asked_together({host: pythons[host] for host in hosts}, APPROXIMATE, judged.sources)
        for host, answers in approximate.items():
            agreed &= _compare(name, judged, host, answers, others=not options.rules_only)
    left_out = [f"{version[0]}.{version[1]}" for version in VERSIONS if version not in pythons]
    if left_out:
        print("Not found, so left out as host, and as target without recorded verdicts: Python", ", ".join(left_out))
    return 0 if agreed else 1


def _sets(pythons: dict[Version, str], use_library: bool, limit: int) -> dict[str, Judged]:
    files = [] if use_library else verdict_files()
    if files:
        return {path.name: recorded(path) for path in files}
    sources = _sources(use_library, limit)
    return {"standard library and examples of the rules": judged_now(sources, pythons)}


def _sources(use_library: bool, limit: int) -> list[bytes]:
    """Recorded ones, or else so many of the standard library; and the examples of the rules."""
    files = [] if use_library else verdict_files()
    if files:
        return [source for path in files for source in recorded(path).sources] + examples()
    sources = library(10**9)
    random.Random(3).shuffle(sources)
    return sources[:limit] + examples()


def _compare(title: str, judged: Judged, host: Version, answers: list[Any], *, others: bool) -> bool:
    """Print the table of one host; whether the rules raise no false alarm and let at most 1 in 500 through."""
    accepted = [
        place for place, answer in enumerate(answers) if answer is not None and judged.answers[host][place] is None
    ]
    older = [version for version in VERSIONS if version < host and version in judged.answers]
    failed = [place for place in accepted if answers[place][0] == "Crashed"]
    accepted = [place for place in accepted if answers[place][0] != "Crashed"]
    refused = {
        OURS: {v: {p for p in accepted if answers[p][0][v[1] - 8]} for v in older},
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
    agreed = not failed
    for place in failed:
        print(f"  a rule failed on {judged.sources[place]!r:.200}")
    causes: Counter[str] = Counter()
    first: dict[str, bytes] = {}

    def count(cause: str, place: int) -> None:
        causes[cause] += 1
        first.setdefault(cause, judged.sources[place])

    for version in older:
        real = {place for place in accepted if judged.answers[version][place] is not None}
        ended = {place for place in real if judged.answers[version][place][0].startswith(("Crashed", "crash:"))}
        for place in ended:  # which is no verdict
            count(f"Python {version[0]}.{version[1]} itself ended: " + judged.answers[version][place][1], place)
        row = f"{version[0]}.{version[1]:<5} {len(real):7}  "
        for tool, by_version in refused.items():
            missed, alarms = real - by_version[version] - ended, by_version[version] - real
            share = f"{len(missed)} ({100 * len(missed) / max(len(real), 1):.1f} %) / {len(alarms)}"
            row += f"{share:>24}"
            if tool == OURS:
                agreed &= not alarms and len(missed) * 500 <= len(real)
                wrong = [(place, "missed: " + ": ".join(judged.answers[version][place][:2])) for place in missed]
                wrong += [(place, "false alarm: " + answers[place][0][version[1] - 8][0]) for place in alarms]
                for place, cause in wrong:
                    count(cause, place)
        print(row)
    for cause, times in causes.most_common(20):
        print(f"  {times} x {cause[:110]}, such as {first[cause]!r:.1000}")
    return agreed


if __name__ == "__main__":
    sys.exit(main())
