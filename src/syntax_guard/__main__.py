"""The first lines of this tool that run, also for the command. From here on no code of a tree under check is imported.

Python's own search finds this module alone, since that takes as long as to load ten others. There is no import of
``__future__`` here: it would be the first module that a folder of PYTHONPATH could replace.
"""

import marshal
import os
import sys
from _frozen_importlib import ModuleSpec  # importlib's, without its imports
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType
    from typing import Any, NoReturn

OF_ALL = ("errors", "cli", "cli.exit_codes", "cli.main")
"""The modules that every verb imports, in such an order that each comes behind those that it imports."""
OF_A_COMMIT = (
    "cli.commands", "cli.commands.check", "config", "model", "config.repository", "config.settings",
    "sources", "sources.readers", "sources.file_types", "judging", "judging.judgement", "judging.in_process",
    "judging.schedule", "sources.selection", "targets", "targets.rules", "run", "sources.path_names",
    "sources.index_bytes",
)  # fmt: skip
"""Likewise, for each check."""
OF_A_HOOK = ("sources.named", "targets.rules_over", "gates", "gates.hook")
"""Likewise, for names from pre-commit."""
OF_A_PROJECT = (
    "storage", "storage.key", "storage.store", "storage.records", "config.remembered", "config.pyproject",
    "config.declarations", "config.declarations.declaration", "config.projects",
    "sources.git_index", "sources.places", "sources.work_tree",
    "targets.declared", "targets.machine", "targets.by_project", "config.file_facts",
)  # fmt: skip
"""Likewise, where there are settings or declarations."""
OF_A_TREE = (
    "config.formats", "config.printing", "cli.inputs", "cli.question",
    "sources.in_memory", "sources.named", "targets.rules_over", "targets.same_for_all", "check",
    "sources.archives", "sources.archives.recognise", "sources.empty_search",
    *(("sources.windows_names",) if os.name == "nt" else ()), "sources.walk", *OF_A_PROJECT,
    "processes", "processes._compile_worker", "processes.fork_pool", "processes.forked_call",
    "sources.git_files", "sources.git_modes", "storage.packed", "storage.stamps", "judging.fingerprint",
    "cache", "cache.tree_index", "cache.tree_cache", "cache.warnings", "cache.digests", "cache.verdict_cache",
    "cache.run_cache", "targets.deleted", "targets.excluding", "findings", "findings.codes",
    "cli.output", "reports", "reports.neutral", "reports.wording", "reports.formats", "reports.together",
)  # fmt: skip
"""Likewise, for the current folder as a whole."""
OF_THE_INDEX = (
    "sources.git_files", "sources.git_links", "sources.git_objects",
    "sources.git_attributes", "sources.git_difference", "sources.staged_index", "sources.git_modes", "sources.staged",
    "sources.staged_links", "targets.same_for_all", "gates", "gates.staged",
)  # fmt: skip
"""Likewise, for what is staged."""


def run_and_exit() -> "NoReturn":
    """Run the command line of this process and end it."""
    sys.path[:] = trusted(sys.path, os.environ.get("PYTHONPATH", ""))
    sys.meta_path.insert(0, OwnModules)
    load_ahead(OF_ALL)
    from .cli.main import run_and_exit

    run_and_exit(_load_ahead_of_check)


def _load_ahead_of_check() -> None:
    if sys.argv[1:2] != ["check"]:
        return
    load_ahead(OF_A_COMMIT)
    if sys.argv[2:3] == ["--hook"]:
        load_ahead(OF_A_HOOK)
    if _is_in_a_project(next((one for one in sys.argv[2:] if not one.startswith("-")), "")):
        load_ahead(OF_A_PROJECT)
    if sys.argv[2:] == ["--staged"]:
        load_ahead(OF_THE_INDEX)
    elif sys.argv[2:] in ([], ["."]):
        load_ahead(OF_A_TREE)


def _is_in_a_project(path: str) -> bool:
    """Whether settings lie in a folder of `path`, or in the current one. For the other declarations, which are rarer,
    modules are imported one by one."""
    from .config.settings import FILE

    while True:
        above = os.path.dirname(path)
        if os.access(os.path.join(above, FILE), os.F_OK):
            return True
        if above in ("", path):
            return False
        path = above


class OwnModules:
    """Finds the modules and packages of this package where their names say that they are.

    It finds what Python's own search finds. That one lists each folder and tries five suffixes for each module. A
    commit imports forty modules, and that took longest. It also finds `__future__`, which each of them imports.
    """

    @staticmethod
    def find_spec(name: str, path: "Sequence[str] | None" = None, target: object = None) -> "Any":  # noqa: ARG004
        """Find the module `name` in `path`, the folder of its package; None leaves it to the other finders."""
        if name == "__future__":
            path = [_LIBRARY]
        elif path is None or not name.startswith("syntax_guard."):
            return None
        folder, own, inside = path[0], name.rpartition(".")[2], None
        status = _status(file := folder + os.sep + own + ".py")
        if status is None:
            folder, own = folder + os.sep + own, "__init__"
            inside = [folder]
            status = _status(file := folder + os.sep + "__init__.py")
            if status is None:  # in a zip file
                return None
        code = _place_of_code(folder, own)
        loader = Nothing(name, file) if not status.st_size else Compiled(name, file, code, status)
        spec = ModuleSpec(name, loader, origin=file)
        spec.submodule_search_locations = inside
        spec.has_location = True
        if code:
            spec.cached = code
        return spec


def load_ahead(names: "Sequence[str]") -> None:
    """Load the modules `names` of this package, without its own name: each behind its package and what it imports.

    An import does the same in twice the time, for its locks and its search. What is not found is left to it.
    """
    for short in names:
        name = "syntax_guard." + short
        above, _, own = name.rpartition(".")
        package = sys.modules.get(above)
        if name in sys.modules or package is None:
            continue
        spec = OwnModules.find_spec(name, package.__path__)
        if spec is None:
            continue
        module = type(sys)(name)
        vars(module).update(
            __spec__=spec, __loader__=spec.loader, __package__=spec.parent, __file__=spec.origin, __cached__=spec.cached
        )
        if spec.submodule_search_locations is not None:
            module.__path__ = spec.submodule_search_locations
        spec.loader.exec_module(module)
        sys.modules[name] = module
        setattr(package, own, module)


class Compiled(SourceFileLoader):
    """Loads a module by the code that Python keeps of it: as Python's own loader, in half the time."""

    def __init__(self, name: str, path: str, code: str, source: os.stat_result) -> None:
        """`code` is the path of what is kept, or empty, and `source` the status of the file at `path`."""
        super().__init__(name, path)
        self._code = code
        self._source = source

    def get_code(self, fullname: str) -> "CodeType | None":
        """The code of the module: what is kept of this very source, else what Python's own loader makes."""
        return self._kept() or super().get_code(fullname)

    def _kept(self) -> "CodeType | None":
        """The code of a file that is dated (see PEP 552), where it stands for the source as it is."""
        try:
            file = os.open(self._code, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError:  # there is none, or no place for it
            return None
        try:
            kept = os.read(file, _MOST)
        finally:
            os.close(file)
        written, size = int(self._source.st_mtime) & _LAST, self._source.st_size & _LAST
        head = _DATED + written.to_bytes(4, "little") + size.to_bytes(4, "little")
        if len(kept) == _MOST or not kept.startswith(head):
            return None
        code: CodeType = marshal.loads(memoryview(kept)[len(head) :])  # noqa: S302 - as Python's own loader does
        return code if code.co_filename == self.path else None


class Nothing(SourceFileLoader):
    """Loads a module whose file is empty, as that of most packages is."""

    def exec_module(self, module: "ModuleType") -> None:
        """There is nothing to run."""


_LIBRARY = os.path.dirname(os.__file__)
_DATED = MAGIC_NUMBER + bytes(4)
_LAST = 0xFFFFFFFF
"""The bits of a number that are kept."""
_MOST = 1 << 16
"""Bytes that are read at once: more than the code of any module has."""


def _status(path: str) -> "os.stat_result | None":
    try:
        return os.stat(path)
    except OSError:
        return None


def _place_of_code(folder: str, own: str) -> str:
    """Where Python keeps the code of the module `own` in `folder` (see PEP 3147); nothing where that is elsewhere."""
    tag = sys.implementation.cache_tag
    if not tag or sys.flags.optimize or sys.pycache_prefix:
        return ""
    return os.sep.join((folder, "__pycache__", own + "." + tag + ".pyc"))


def trusted(path: "list[str]", named: str) -> "list[str]":
    """The entries of `path` (as `sys.path`) that modules may be imported from.

    Left out are the current folder, which ``python -m`` adds, and every folder that is `named` in PYTHONPATH, unless
    this package, the standard library or an installation's site packages are there.
    """
    here = _current_folder()
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if not named:
        return [entry for entry in path if (entry or ".") not in (".", here) or entry == own]
    kept = {own, _LIBRARY, os.path.join(_LIBRARY, "lib-dynload"), *_site_packages()}
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


if __name__ == "__main__":
    run_and_exit()
