"""Variables that begin like ours: one that is nearly a setting is an error, and not ignored without a word."""

from __future__ import annotations

from ..errors import SettingsError
from .options import OPTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "SYNTAX_GUARD_"
KNOWN = frozenset({
    *(option.variable for option in OPTIONS), *(option.variable_of_the_flag for option in OPTIONS),
    PREFIX + "CONFIG", PREFIX + "ISOLATED", PREFIX + "CACHE_KEY",
})  # fmt: skip
OF_ONE_RUN = (
    "ARCHIVES", "COMMITS", "EVERY_COMMIT", "FILES_FROM", "HOOK", "INSTALLED", "MERGE", "NULL", "PACKAGE", "REPORT_ONLY",
    "ROOT", "STAGED", "STRICT", "TRACKED", "WAIT",
)  # fmt: skip
"""Options of the gates that are no settings: what is judged, and how, is for each command line to say."""
_BEGINNINGS = (PREFIX, "SYNTAXGUARD_", "SYNTAX-GUARD-")
_NEAR = 0.75
_SHORT = 3
"""With so few letters, it is not clear which setting they begin."""


def unknown(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The names in `environ` that begin like ours and resemble none of ours.

    The names that Kubernetes sets for a service called ``syntax-guard`` are left out.

    Raises:
        SettingsError: A name is a misspelling of one of ours.
    """
    names = [name for name in environ if name.upper().startswith(_BEGINNINGS) and name not in KNOWN]
    names = [name for name in names if not _is_of_a_service(name)]
    if not names:
        return ()
    import difflib

    settings = sorted(known.removeprefix(PREFIX) for known in KNOWN)
    for name in names:
        rest = name.upper()[len(PREFIX) - (name[6:7] not in "_-") :].replace("-", "_")
        begun = [one for one in settings if len(rest) > _SHORT and one.startswith(rest.removesuffix("S"))]
        close = difflib.get_close_matches(rest, (*settings, *OF_ONE_RUN), 1, _NEAR) or begun
        if close and close[0] in OF_ONE_RUN:
            option = f"--{close[0].lower().replace('_', '-')}"
            raise SettingsError(f"{name[:100]} is not a setting", f"{option} is an option of one run: write it there")
        if close:
            raise SettingsError(f"{name[:100]} is not a setting", f"did you mean {PREFIX}{close[0]}?")
    return tuple(names)


def _is_of_a_service(name: str) -> bool:
    rest = name.removeprefix(PREFIX)
    return rest == "PORT" or rest.startswith(("PORT_", "SERVICE_")) or "_SERVICE_" in rest or "_PORT_" in rest
