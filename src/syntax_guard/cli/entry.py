"""The first lines of this tool that run. From here on no code of the tree under check is imported.

There is no import of ``__future__`` here: it would be the first module that a folder of PYTHONPATH could replace.
"""

import os
import sys
from _frozen_importlib import ModuleSpec  # importlib's, without what that imports
from _frozen_importlib_external import SourceFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn


def run_and_exit() -> "NoReturn":
    """Run the command line of this process and end it."""
    sys.path[:] = trusted(sys.path, os.environ.get("PYTHONPATH", ""))
    sys.meta_path.insert(0, OwnModules)
    from .main import run_and_exit

    run_and_exit()


class OwnModules:
    """Finds the modules and packages of this package where their names say that they are.

    It finds what Python's own search finds. That one lists each folder and tries five suffixes a module: a commit
    imports forty modules, and nothing else takes it as long.
    """

    @staticmethod
    def find_spec(name: str, path: "Sequence[str] | None" = None, target: object = None) -> "Any":  # noqa: ARG004
        """What is to be imported as `name` from the folder of its package, `path`; None leaves it to the others."""
        if path is None or not name.startswith("syntax_guard."):
            return None
        place = path[0] + os.sep + name.rpartition(".")[2]
        file, inside = place + ".py", None
        if not os.access(file, os.F_OK):
            file, inside = place + os.sep + "__init__.py", [place]
            if not os.access(file, os.F_OK):  # in a zip file
                return None
        spec = ModuleSpec(name, SourceFileLoader(name, file), origin=file)
        spec.submodule_search_locations = inside
        spec.has_location = True
        return spec


def trusted(path: "list[str]", named: str) -> "list[str]":
    """The entries of `path` (as `sys.path`) that modules may be imported from.

    Left out are the current folder, which ``python -m`` adds, and every folder that is `named` in PYTHONPATH, unless
    this package, the standard library or an installation's site packages are there.
    """
    here = _current_folder()
    own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if not named:
        return [entry for entry in path if (entry or ".") not in (".", here) or entry == own]
    library = os.path.dirname(os.__file__)
    kept = {own, library, os.path.join(library, "lib-dynload"), *_site_packages()}
    given = {os.path.abspath(entry) for entry in named.split(os.pathsep)} if here else set()
    return [
        entry
        for entry in path
        if entry in kept or not ((entry or ".") in (".", here) or entry in given or os.path.abspath(entry) in given)
    ]


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:
        return ""


def _site_packages() -> "list[str]":
    """Where an installation keeps packages, also those that this one depends on."""
    site = sys.modules.get("site")  # Python has imported it, unless it was told not to
    if site is None:
        return []
    return [*site.getsitepackages(), site.getusersitepackages()]
