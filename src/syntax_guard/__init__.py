"""Will the Python that runs this file accept it?

The public names are listed in ``__all__``; each is imported when it is first used.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .check import check_paths as check_paths
    from .check import check_source as check_source
    from .check import check_sources as check_sources
    from .config.settings import Settings as Settings
    from .errors import GitError as GitError
    from .errors import SettingsError as SettingsError
    from .errors import SourcesError as SourcesError
    from .errors import SyntaxGuardError as SyntaxGuardError
    from .errors import TargetError as TargetError
    from .errors import UsageError as UsageError
    from .model import Diagnostic as Diagnostic
    from .model import Interpreter as Interpreter
    from .model import Result as Result
    from .model import Summary as Summary
    from .model import Target as Target
    from .stream import SourceResult as SourceResult

__version__ = "0.1.0"

_MODULES = {
    "check_paths": "check",
    "check_source": "check",
    "check_sources": "check",
    "GitError": "errors",
    "SettingsError": "errors",
    "SourcesError": "errors",
    "SyntaxGuardError": "errors",
    "TargetError": "errors",
    "UsageError": "errors",
    "Diagnostic": "model",
    "Interpreter": "model",
    "Result": "model",
    "Summary": "model",
    "Target": "model",
    "Settings": "config.settings",
    "SourceResult": "stream",
}

__all__ = ["__version__", *_MODULES]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
