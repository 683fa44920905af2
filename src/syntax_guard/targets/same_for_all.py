"""The rules of a run in which flags, variables or one settings file speak for every file."""

from __future__ import annotations

from .rules import Asked, FileRules, matcher, this_alone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..config.baseline import Baseline
    from ..config.settings import Settings
    from ..model import Target
    from ..sources.readable import Readable
    from .excluding import Excluding
    from .expected import Listed
    from .rules import Allowances, Expected

_FILE = "the settings file"


class SameForAll:
    """The rules where flags, variables or one settings file speak for every file."""

    notices: tuple[str, ...] = ()

    def __init__(
        self, rules: FileRules, exclude: Callable[[str], bool] | None, lists: Iterable[Listed | Excluding] = ()
    ) -> None:
        self._rules = rules
        self._exclude = exclude
        self._lists = lists

    def of(self, file: Readable) -> FileRules:  # noqa: ARG002
        """What counts for any `file`: the same."""
        return self._rules

    def excludes(self, path: str) -> bool:
        """Whether the settings leave out `path`."""
        return self._exclude is not None and self._exclude(path)

    def stating(self) -> list[str]:
        """The folders that count: none."""
        return []

    def lists(self) -> Iterable[Listed | Excluding]:
        """Those of the settings."""
        return self._lists

    def stated(self, folders: Iterable[str]) -> tuple[object, list[tuple[Target, ...]]]:  # noqa: ARG002
        """What `folders` say: nothing."""
        return (), [self._rules.asked.targets]

    def baselines(self) -> list[tuple[str, Baseline]]:
        """The baselines that were looked for: none."""
        return []


def _asked(settings: Settings) -> tuple[Target, ...]:
    if not (settings.target_version or settings.python or settings.requires_python is not None):
        return this_alone()  # nearly always, and then nothing is imported
    from .machine import machine_of
    from .resolve import resolve

    return resolve(settings.target_version, settings.python, settings.requires_python, machine_of(settings))


def same_for_all(
    settings: Settings,
    folder: str = ".",
    targets: tuple[Target, ...] | None = None,
    expected_broken: Expected | None = None,
    baselines: Allowances | None = None,
    percent_scripts: Callable[[str], bool] | None = None,
    here: str | None = None,
) -> SameForAll:
    """Make the rules of a run in which the settings alone speak for every file.

    Args:
        settings: What the flags, variables and the settings file say.
        folder: What the paths of files are relative to.
        targets: Targets in place of those in `settings`.
        expected_broken: Says which sources are broken on purpose, in place of the list in `settings`.
        baselines: What is let pass; None for nothing.
        percent_scripts: Says which files are scripts in cells, in place of the patterns in `settings`.
        here: What the patterns of flags and variables count from; None for `folder`.

    Returns:
        The rules, the same object for every file.

    Raises:
        SettingsError: A setting cannot be used.
        TargetError: No Python here can answer for a target.
    """
    here = here or folder
    listed = None if expected_broken else _listing(settings, folder, here)
    expected = listed.entry if listed else expected_broken
    asked = Asked(targets or _asked(settings), always=bool(targets))
    exclude, scripts = (
        matcher(vars(settings)[name.replace("-", "_")], *_place(settings, name, here), folder)
        for name in ("exclude", "percent-scripts")
    )
    scripts = percent_scripts or scripts
    of_all = FileRules(asked, settings.warnings, settings.notebooks, (expected,) if expected else (), baselines,
                       (scripts,) if scripts else ())  # fmt: skip
    lists: list[Listed | Excluding] = [listed] if listed else []
    if exclude:
        from .excluding import Excluding

        lists.append(Excluding(settings.exclude, *_place(settings, "exclude", here), folder))
    return SameForAll(of_all, exclude, lists)


def _place(settings: Settings, name: str, here: str) -> tuple[str, str]:
    """What the patterns of the setting `name` count from, and what an error calls it.

    Those of a flag or a variable count from `here`.
    """
    given = name.replace("-", "_") in settings.overrides
    return (here, settings.setting(name)) if given else (settings.root, f"{_FILE}: {name}")


def _listing(settings: Settings, folder: str, here: str) -> Listed | None:
    """See ``expected.Listed``; None where nothing is listed, and then nothing is imported."""
    if not settings.expected_broken:
        return None
    from .expected import Listed

    root, said = _place(settings, "expected-broken", here)
    return Listed(settings.expected_broken, root, said, folder)
