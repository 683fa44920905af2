"""The distributions of an environment: where they are, which Python files are theirs, and whose a file is."""

from __future__ import annotations

import os
import re
import stat

from ..model import Record, stamp_of
from ..regex import regex
from .editable import mapped, project, text_of
from .file_types import SUFFIXES, is_python_name, is_script
from .named import leads_nowhere, not_to_be_read
from .path_files import named_folders
from .readers import File, Unreadable, not_regular, reason
from .selection import DEAD_LINK, EXCLUDED, LINK, NOT_COMPILED, FoundFiles, Selection, slashed
from .walk import Walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence


_INFO = regex(r"(?P<name>.+?)-(?P<version>[^-]+)(?:-py\d[^/]*)?\.(?:dist-info|egg-info|egg)$", re.IGNORECASE)
_PYTHON = regex(r"^((?:\.\./|/)[^,\n]*|[^,\n]*(?:\.pyw?|/bin/[^,\n]*))(?=[,\n])", re.MULTILINE)
"""What may be Python in a RECORD that quotes no name: of other names, the scan of the folders tells."""
MISSING = "an installer lists it, and it is not there"
STUB = ".pyi"
"""How files are called that no interpreter reads, and no installer compiles."""


class Distribution(Record):
    """One that is installed."""

    name: str
    version: str
    folder: str
    """The ``site-packages`` that it is in."""
    info: str
    """What describes it: a folder ``….dist-info`` or ``….egg-info``, or a file of that name."""

    @property
    def label(self) -> str:
        """Name and version, such as ``numpy 1.26.4``."""
        return f"{self.name} {self.version}"

    @property
    def is_zip(self) -> bool:
        """Whether all of it is one zip file."""
        return self.info.endswith(".egg") and os.path.isfile(self.info)

    @property
    def key(self) -> str:
        """Its name as people may write it otherwise."""
        return normalized(self.name)


def normalized(name: str) -> str:
    """The `name` of a distribution as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distributions(folders: Iterable[str], zips: Iterable[str] = ()) -> list[Distribution]:
    """Those that are installed in `folders`, and in the files `zips`, by name; the first place that has one counts."""
    found: dict[str, Distribution] = {}
    inside = ((folder, name) for folder in folders for name in sorted(_names(folder)))
    for folder, name in (*inside, *map(os.path.split, zips)):
        match = _INFO.match(name)
        if match:
            one = Distribution(match["name"], match["version"], folder, os.path.join(folder, name))
            found.setdefault(one.key, one)
    return [found[key] for key in sorted(found)]


def select_of(
    found: Iterable[Distribution], exclude: Callable[[str], bool], within: Sequence[str]
) -> tuple[Selection, list[Distribution]]:
    """The Python files of the distributions `found`, each once, from their RECORDs, else from what there is; and those
    without any. `within` are the folders that belong to the environment."""
    selection, without = Selection(), []
    for one in found:
        before = len(selection.files) + len(selection.skipped)
        _select_of(one, exclude, within, selection)
        if len(selection.files) + len(selection.skipped) == before:
            without.append(one)
    selection.files = FoundFiles({file.path: file for file in selection.files}.values())
    selection.skipped = [*dict.fromkeys(selection.skipped)]
    return selection, without


def _select_of(
    distribution: Distribution, exclude: Callable[[str], bool], within: Sequence[str], selection: Selection
) -> None:
    paths = set(_listed(distribution))
    for root in [*_unlisted(distribution, listed=bool(paths)), *editable_roots(distribution)]:
        if os.path.isdir(root):
            _scan(os.path.join(root, ""), exclude, selection, set())
            paths = {path for path in paths if not path.startswith(os.path.join(root, ""))}
        else:
            paths.add(root)
        within = [*within, root]
    for path in sorted(paths):
        _take_listed(path, exclude, within, selection)


def search(
    folders: Sequence[str], added: Sequence[str], exclude: Callable[[str], bool], within: Sequence[str]
) -> Selection:
    """Find what can be imported from an environment. None is skipped for the name of its folder.

    Args:
        folders: The ``site-packages``.
        added: The folders that their path files name.
        exclude: Says what is left out.
        within: The folders that belong to the environment.

    Returns:
        All Python files in `folders` and `added`, and what RECORDs and editable installs name.
    """
    found = distributions([*folders, *added])
    walk = Walk(exclude, SUFFIXES)
    for root in dict.fromkeys([*(root for one in found for root in editable_roots(one)), *added]):
        if walk.take_named(slashed(root)):
            walk.search(slashed(root))
    selection = walk.selected()
    seen: set[tuple[int, ...]] = set()
    for folder in folders:
        _scan(os.path.join(folder, ""), exclude, selection, seen)
    names = {file.path for file in selection.files} | {path for path, why in selection.skipped if why != DEAD_LINK}
    for one in found:
        record = os.path.join(one.info, "RECORD")
        if os.path.isfile(record):
            selection.watched.append((record, stamp_of(os.stat(record))))
        for path in _not_scanned(one, names):
            names.add(path)
            _take_listed(path, exclude, within, selection)
    return selection


def _scan(top: str, exclude: Callable[[str], bool], selection: Selection, seen: set[tuple[int, ...]]) -> None:
    """Add the Python files below the folder `top`, which ends in a slash; each real folder once."""
    pending = [top]
    while pending:
        folder = pending.pop()
        try:
            stamp = stamp_of(os.stat(folder))
            if stamp[3] and stamp[3:] in seen:  # a share on the network may give no numbers
                continue
            seen.add(stamp[3:])
            selection.watched.append((folder, stamp))
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name != "__pycache__" and _is_folder(entry):
                        pending.append(os.path.join(folder, entry.name, ""))
                    elif entry.name.endswith(SUFFIXES):
                        _take(entry, exclude, selection)
        except OSError as error:
            selection.files.append(Unreadable(folder, reason(error)))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False


def _take(entry: os.DirEntry[str], exclude: Callable[[str], bool], selection: Selection) -> None:
    try:
        status = entry.stat()
    except OSError as error:
        if leads_nowhere(error):
            selection.skipped.append((entry.path, DEAD_LINK))
        else:
            selection.files.append(not_to_be_read(entry.path, error))
        return
    if exclude(entry.path) or entry.name.endswith(STUB):
        selection.skipped.append((entry.path, NOT_COMPILED if entry.name.endswith(STUB) else EXCLUDED))
    elif stat.S_ISREG(status.st_mode):
        selection.files.append(File(entry.path, stamp_of(status)))
    else:
        selection.files.append(Unreadable(entry.path, not_regular(status.st_mode)))


def owners(
    found: Iterable[Distribution], within: Sequence[str], paths: Collection[str]
) -> Callable[[str], Distribution | None]:
    """A function that says which distribution a file belongs to, one of `paths`."""
    by_path: dict[str, Distribution] = {}
    by_root: dict[str, Distribution] = {}
    for one in found:
        record = _record(one)
        start = os.path.join(one.folder, "")
        names = (path[len(start) :] if path.startswith(start) else os.path.basename(path) for path in paths)
        named = any(name.replace(os.sep, "/") in record for name in names)
        if named or not record or '"' in record:  # quoted, a name may look otherwise
            by_path.update(dict.fromkeys(map(os.path.normpath, _listed(one)), one))
        for root in [*_unlisted(one, listed=bool(record)), *editable_roots(one)]:
            by_root.setdefault(os.path.normpath(root), one)
    ends = set(map(os.path.normpath, within))

    def owner(path: str) -> Distribution | None:
        path = os.path.normpath(path)
        while path not in by_path and path not in by_root:
            above = os.path.dirname(path)
            if above == path or path in ends:
                return None
            path = above
        return by_path.get(path) or by_root.get(path)

    return owner


def editable_roots(distribution: Distribution) -> list[str]:
    """Where the files of an editable install are: folders on the path, or the packages that its finder maps."""
    folder = distribution.folder
    if distribution.info.endswith(".egg-info") and not os.path.isdir(distribution.info):
        return []
    url = text_of(os.path.join(distribution.info, "direct_url.json"))
    if '"editable"' not in url:
        return []
    roots: list[str] = []
    for line in _record(distribution).splitlines():
        name = line.partition(",")[0].strip('"')
        if "/" in name or not name.endswith((".pth", ".py")):
            continue
        path = os.path.join(folder, name)
        roots += mapped(text_of(path)) if name.endswith(".py") else named_folders(path)
    return roots or project(url)


def _listed(distribution: Distribution) -> Iterator[str]:
    """The paths of the Python files and scripts that RECORD, or ``installed-files.txt``, names."""
    for name in _rows(_record(distribution)):
        if _may_be_python(name):
            yield os.path.normpath(os.path.join(distribution.folder, name))
    if os.path.isdir(distribution.info) and distribution.info.endswith(".egg-info"):
        for name in text_of(os.path.join(distribution.info, "installed-files.txt")).splitlines():
            if _may_be_python(name):
                yield os.path.normpath(os.path.join(distribution.info, name))


def _rows(record: str) -> Iterator[str]:
    """The names in a `record`. They are read as installers write them: some are quoted, as those with a comma."""
    import csv
    from io import StringIO

    csv.field_size_limit(max(csv.field_size_limit(), len(record)))  # no RECORD is an error
    lines = StringIO(record.replace("\0", "\ufffd"), newline=None)  # a csv of Python 3.10 takes no zero byte
    return (row[0] for row in csv.reader(lines) if row)


def _may_be_python(name: str) -> bool:
    python = is_python_name(name.rpartition("/")[2])
    return bool(python or (python is None and "/bin/" in name)) and not name.endswith(STUB)


def _unlisted(distribution: Distribution, *, listed: bool) -> list[str]:
    """The packages and modules of a distribution that has no list of its files."""
    if distribution.info.endswith(".egg"):
        return [distribution.info]
    if listed:
        return []
    tops = text_of(os.path.join(distribution.info, "top_level.txt")).split() or [distribution.name.replace("-", "_")]
    found = (os.path.join(distribution.folder, *top.split("/")) for top in tops if ".." not in top)
    return [path for top in found for path in (top, top + ".py") if os.path.exists(path)]


def _not_scanned(distribution: Distribution, scanned: Collection[str]) -> list[str]:
    """The Python files and scripts that RECORD names, and that are not among the paths `scanned`."""
    start = os.path.join(distribution.folder, "")
    record = _record(distribution)
    names = _rows(record) if '"' in record else _PYTHON.findall(record)
    return [
        os.path.normpath(os.path.join(start, name))
        for name in names
        if start + name not in scanned and _may_be_python(name)
    ]


def _take_listed(path: str, exclude: Callable[[str], bool], within: Sequence[str], selection: Selection) -> None:
    """Account for what a list of an installer names at `path`: Python is judged where it lies in a folder of those
    `within`, or is one of them."""
    python = is_python_name(os.path.basename(path))
    if not any(path == folder or path.startswith(os.path.join(folder, "")) for folder in within):
        selection.skipped.append((path, LINK))
    elif exclude(path):
        selection.skipped.append((path, EXCLUDED))
    else:
        try:
            status = os.stat(path)
        except ValueError:  # no file has such a name
            selection.files.append(Unreadable(path, MISSING))
        except OSError as error:
            if python:  # of other scripts nothing says that they were Python
                selection.files.append(
                    Unreadable(path, MISSING) if leads_nowhere(error) else not_to_be_read(path, error)
                )
        else:
            if python and not stat.S_ISREG(status.st_mode):
                selection.files.append(Unreadable(path, not_regular(status.st_mode)))
            elif python or (python is None and is_script(path, status)):
                selection.files.append(File(path, stamp_of(status)))


def _record(distribution: Distribution) -> str:
    return text_of(os.path.join(distribution.info, "RECORD"))


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
