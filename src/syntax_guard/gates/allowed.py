"""Distributions that ship files which are broken on purpose: what is found in them is let pass, and counted."""

from __future__ import annotations

from ..model import Diagnostic, Result, Summary
from ..sources.installed import normalized

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..sources.installed import Distribution

UNDECIDED = ("crashed", "timed-out", "rule-failed", "no-interpreter", "unreadable")
"""Findings without a verdict: they are let pass nowhere."""


def with_owners(result: Result, owner: Callable[[str], Distribution | None]) -> Result:
    """`result` with the distribution of each finding, grouped by it."""
    found = []
    for one in result.diagnostics:
        distribution = owner(one.path)
        found.append(Diagnostic(**{**vars(one), "distribution": distribution.label if distribution else None}))
    found.sort(key=lambda one: (one.distribution or "\U0010ffff").lower())  # within one the order stays
    return Result(**{**vars(result), "diagnostics": tuple(found)})


def let_pass(result: Result, allowed: Sequence[str]) -> Result:
    """`result` without what is broken in distributions that are `allowed` to be, each ``NAME`` or ``NAME:PATTERN``."""
    if not allowed or not result.diagnostics:
        return result
    is_allowed = _rule(allowed)
    passed: dict[str, set[object]] = {}
    kept = []
    broken = 0
    for one in result.diagnostics:
        if one.distribution is None or one.code in UNDECIDED or not is_allowed(one):
            kept.append(one)
            continue
        files = passed.setdefault(one.distribution, set())
        source = (one.path, one.member, one.cell)
        broken += source not in files and one.severity == "error" and one.code != "unexpectedly-valid"
        files.add(source)
    if not passed:
        return result
    broken = min(broken, result.summary.broken)
    counts = {"broken": result.summary.broken - broken, "expected": result.summary.expected + broken,
              "warnings": sum(one.severity == "warning" for one in kept)}  # fmt: skip
    notices = tuple(
        f"let pass by allow-broken: {len(files)} file{'s' * (len(files) != 1)} of {name}"
        for name, files in sorted(passed.items())
    )
    summary = Summary(**{**vars(result.summary), **counts})
    changed = {"diagnostics": tuple(kept), "summary": summary, "notices": (*result.notices, *notices)}
    return Result(**{**vars(result), **changed})


def _rule(allowed: Sequence[str]) -> Callable[[Diagnostic], bool]:
    from ..sources.gitignore import matcher

    patterns: dict[str, list[str]] = {}
    for entry in allowed:
        name, _, pattern = entry.partition(":")
        patterns.setdefault(normalized(name.strip()), []).append(pattern.strip() or "*")
    matchers = {name: matcher(of_one, ".", "allow-broken") for name, of_one in patterns.items()}

    def is_allowed(one: Diagnostic) -> bool:
        matches = matchers.get(normalized((one.distribution or "").rpartition(" ")[0]))
        if matches is None:
            return False
        if one.member is not None:
            return matches(one.member)
        parts = one.path.replace("\\", "/").split("-packages/")
        return matches(parts[-1].lstrip("/"))

    return is_allowed
