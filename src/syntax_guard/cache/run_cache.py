"""All that one run remembers: the search of a tree, and the verdicts by content of each set of targets."""

from __future__ import annotations

try:
    from _blake2 import blake2b  # hashlib's own, without OpenSSL, which takes 2 ms to load
except ImportError:
    from hashlib import blake2b

from ..judging.fingerprint import NOTEBOOKS, fingerprint, rules
from ..sources.git_modes import configuring
from ..storage.store import Store
from .tree_cache import TreeCache
from .verdict_cache import Split, VerdictCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Protocol

    from ..config.declarations.declaration import Declaration
    from ..judging.judgement import Judgement
    from ..model import Stamp, Target
    from ..sources.readable import Readable
    from ..sources.selection import Selection
    from ..targets.scripts import Own

    class Asking(Protocol):
        """Tells what scripts ask for."""

        def targets(self, declaration: Declaration) -> tuple[Target, ...]:
            """The targets that a script with a `declaration` asks for."""


_WHICH_KEY = "key-of-this-cache"


class RunCache:
    """Three calls around judging: `search` (for a tree), `split`, and `learn` each judgement. `close` it at the end."""

    def __init__(self, folder: str, key: bytes | None, *, hears_scripts: bool) -> None:
        """Keep things in `folder`, under the secret `key`; keep nothing without one (None).

        Where a run `hears_scripts`, what is known of a source is not what its targets say of it: that source may name
        others. So the two kinds of run share nothing, but for what scripts are asked by their own targets.
        """
        self._store = Store(folder, key)
        self.notices: tuple[str, ...] = ()
        """What a reader should know of what was not believed."""
        self._look_at_key()
        self._tree: TreeCache | None = None
        self._verdicts: dict[tuple[Target, ...], VerdictCache | None] = {}
        self._notebooks: dict[tuple[Target, ...], VerdictCache | None] = {}
        self._trouble: str | None = None
        self._own: dict[tuple[Target, ...], VerdictCache | None] = {}
        self._latest: tuple[tuple[Target, ...], bool, VerdictCache | None] | None = None
        self._rules: bytes | None = None
        self._hears = b"scripts are heard" if hears_scripts else b""
        try:
            self._rules = rules()
        except OSError as error:  # by which rules files are chosen and judged cannot be told
            self._trouble = str(error)

    def _look_at_key(self) -> None:
        """Say so where what is kept here was kept under another key, as in a cache that was restored without it."""
        own = blake2b(key=blake2b(self._store.key).digest(), digest_size=16, person=b"which key").digest()
        known = self._store.read(_WHICH_KEY)
        if known is not None and known != own:
            self.notices = (f"the cache in {self._store.folder} was kept under another key and is not believed",)
        if known != own:
            self._store.replace(_WHICH_KEY, own)

    @property
    def notes(self) -> tuple[str, ...]:
        """Why something could not be read or kept."""
        trouble = self._trouble or self._store.trouble
        return (f"the cache was not used: {trouble}",) if trouble else ()

    def search(
        self,
        question: object,
        stated: Callable[[Sequence[str]], tuple[object, Sequence[tuple[Target, ...]]]],
        stating: Callable[[], list[str]],
        search: Callable[[], Selection],
        scripts: Callable[[], Asking],
    ) -> Selection:
        """Return what a search finds, without the files that are known to be valid.

        Args:
            question: What is asked, as far as the run says it.
            stated: Returns what some folders say, and the targets that are asked.
            stating: Returns the folders whose word counts for what was found, once the search is done.
            search: Returns what is found. That depends on the above and on the file system alone.
            scripts: Returns what tells the targets that scripts ask for.

        Returns:
            The files that are left, and what was skipped.
        """
        if self._rules is None:
            return search()
        known_rules = self._rules + self._hears
        prints: dict[object, bytes] = {}

        def answering(targets: Sequence[Target]) -> bytes:
            same = tuple((target.version, target.exact, target.interpreter) for target in targets)
            if same not in prints:  # as many scripts ask the same
                prints[same] = fingerprint(targets, known_rules)
            return prints[same]

        def all_stated(folders: Sequence[str], own: Sequence[Declaration]) -> object:
            said, asked = stated(folders)
            of_scripts = map(scripts().targets, own) if own else ()
            return said, [*map(answering, (*asked, *of_scripts))]

        self._scripts = scripts
        self._tree = TreeCache(self._store, known_rules, (question, configuring()), all_stated, stating)
        return self._tree.select(search)

    @property
    def asked(self) -> Iterable[str]:
        """At least one path of the files that are known to be valid, for each way in which they were asked about."""
        return self._tree.asked if self._tree else ()

    @property
    def asked_by_scripts(self) -> Iterable[tuple[Target, ...]]:
        """The targets of those files that are known to be valid and say themselves what they are asked."""
        return (self._scripts().targets(one) for one in self._tree.scripts.values()) if self._tree else ()

    def ask(self, path: str) -> None:
        """Take in that files are asked about as the one at `path` is."""
        if self._tree is not None:
            self._tree.ask(path)

    def digest(self, targets: tuple[Target, ...], *, own: bool = False) -> Callable[[bytes], bytes] | None:
        """What makes the digest of a source that `targets` are asked about; None where nothing is kept of it.

        Where they are its `own`, it is a script that was heard, and nothing else is asked about it.
        """
        verdicts = self._of(targets, own=own)
        return verdicts.digest if verdicts else None

    def split(
        self, targets: tuple[Target, ...], files: Sequence[Readable], own: Mapping[Readable, Own] | None = None
    ) -> Split:
        """The `files` told apart by what `targets` are known to say of their bytes; of scripts, by their `own`."""
        verdicts = self._of(targets, own=own is not None)
        if verdicts is None:
            return Split((), (), tuple(files))
        split = verdicts.split(files)
        for file, stamp in split.known:
            self._learn(file, stamp, own[file] if own else None)
        return split

    def learn(self, targets: tuple[Target, ...], judgement: Judgement, own: Own | None = None) -> None:
        """Take in what `targets` said of a file in `judgement`; of a script, its `own`."""
        verdicts = self._of(targets, own=own is not None)
        if verdicts is None:
            return
        verdicts.learn(judgement)
        if judgement.silent:
            self._learn(judgement.file, judgement.source.stamp, own)

    def _learn(self, file: Readable, stamp: Stamp | None, own: Own | None) -> None:
        """Take in that `file` is valid for what it is asked."""
        if self._tree is not None and (own is None or own.can_be_remembered):
            self._tree.learn(file, stamp, own.declaration if own else None)

    def settle(self, files: Iterable[Readable]) -> None:
        """Take in that all is said of `files`, some of those that `search` left."""
        if self._tree is not None:
            self._tree.settle(files)

    def close(self, *, complete: bool) -> None:
        """Write down what was learned; of the search only what is `complete`, to the last file. Once is enough."""
        for verdicts in filter(None, (*self._verdicts.values(), *self._notebooks.values(), *self._own.values())):
            verdicts.close()
        if complete and self._tree is not None:
            self._tree.close()
        self._tree = None
        self._store.close()

    def notebooks(self, targets: tuple[Target, ...]) -> VerdictCache | None:
        """What is known of whole notebooks by `targets`, and by what prepares notebooks; None where nothing is kept."""
        if targets not in self._notebooks:
            self._notebooks[targets] = self._made(targets, self._hears, NOTEBOOKS)
        return self._notebooks[targets]

    def _of(self, targets: tuple[Target, ...], *, own: bool = False) -> VerdictCache | None:
        if self._latest and self._latest[0] is targets and self._latest[1] is own:  # thousands of files in a row
            return self._latest[2]
        kept = self._own if own else self._verdicts
        if targets not in kept:
            kept[targets] = self._made(targets, b"" if own else self._hears)
        self._latest = targets, own, kept[targets]
        return kept[targets]

    def _made(self, targets: tuple[Target, ...], more: bytes, modules: tuple[str, ...] = ()) -> VerdictCache | None:
        """What is known by the rules that judge, by the `modules`, and by what is asked `more`."""
        if self._rules is None:
            return None
        try:
            known = fingerprint(targets, self._rules + more + (rules(modules) if modules else b""))
            return VerdictCache(self._store, known, targets)
        except OSError as error:  # which interpreter judges cannot be told
            self._trouble = str(error)
            return None
