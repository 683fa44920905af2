"""Which targets apply and what answers for them, as ``syntax-guard targets`` says it."""

from __future__ import annotations

import sys

from ..model import label
from .neutral import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..config.declarations.declaration import Declaration
    from ..model import Target
    from ..targets.resolve import Survey
    from ..targets.surveys import ProjectSurvey


def table(projects: Sequence[ProjectSurvey]) -> Iterator[str]:
    """The lines of ``syntax-guard targets``: the targets of each project, below its folder where there are several."""
    for number, project in enumerate(projects):
        if len(projects) > 1:
            yield from ([""] if number else [])
            yield f"{visible(project.folder)}:"
        yield from _table(project.survey)
        if project.not_asked:
            yield f"not asked: {visible(_stated(project.not_asked))}"


def _table(survey: Survey) -> Iterator[str]:
    """Each target, why it applies, what answers; then what was looked at."""
    rows = [(target.label, visible(target.why), visible(_who(target))) for target in survey.targets]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    for version, why, answers in rows:
        yield f"{version:<{widths[0]}}  {why:<{widths[1]}}  {answers}"
    for error in survey.unanswered:
        yield visible(f"{error.message} ({error.hint.partition(';')[0]})" if error.hint else error.message)
    for search in survey.searches:
        if search.interpreter is None and search.searched:
            yield f"python{label(search.version)} was looked for in:"
            yield from (f"  {place.kind:<7} {visible(place.folder)}" for place in search.searched)
            if search.refused:
                yield "and ignored:"
                yield from (f"  {visible(reason)}" for reason in search.refused)


def _who(target: Target) -> str:
    answered_by = target.interpreter.name
    if not target.exact:
        return f"approximate: {answered_by} and rules; {target.note}"
    return f"exact: {answered_by} ({target.interpreter.python or sys.executable})"


def document(projects: Sequence[ProjectSurvey]) -> dict[str, object]:
    """The same for ``--output-format json``: values that JSON has. The first project stands at the top as well."""
    first = _document(projects[0])
    listed = [{"folder": project.folder, **_document(project)} for project in projects]
    return {"version": 1, **first, "projects": listed}


def _stated(said: Declaration) -> str:
    return f"{said.shown} in {said.place}"


def _document(project: ProjectSurvey) -> dict[str, object]:
    survey = project.survey
    return {
        "targets": [
            {
                "version": target.label,
                "why": target.why,
                "exact": target.exact,
                "answered_by": target.interpreter.name,
                "python": target.interpreter.python or sys.executable,
                "note": target.note,
            }
            for target in survey.targets
        ],
        "searches": [
            {
                "version": label(search.version),
                "found": search.interpreter.python if search.interpreter else None,
                "searched": [{"kind": place.kind, "folder": place.folder} for place in search.searched],
                "passed_over": list(search.refused),
            }
            for search in survey.searches
        ],
        "unanswered": [error.message for error in survey.unanswered],
        "not_asked": _stated(project.not_asked) if project.not_asked else None,
    }
