"""Judges a corpus of Python sources in Parquet, on one machine or on a Ray cluster.

    python judge.py CORPUS VERDICTS                      a local Ray, one actor a core
    python judge.py CORPUS VERDICTS --address ray://...  a cluster that sees both folders
    python judge.py --sample FOLDER                      a small corpus made from the packages that are installed here

CORPUS is a folder (or a URI that pyarrow knows, such as s3://...) of Parquet files with the columns `path` and
`content` (text or bytes). Each of these files is a partition. VERDICTS gets a file of the same name for each, once it
is complete: a run that was broken off goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import os
import site
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from syntax_guard import Settings, SourceResult, check_sources

SAMPLE = 3000
"""Files of installed packages that a sample has at most."""
ROWS = 256
"""Rows of a partition that are read at once."""
SCHEMA = pa.schema([
    ("path", pa.string()),
    ("verdict", pa.string()),
    ("by_target", pa.list_(pa.struct([("target", pa.string()), ("verdict", pa.string())]))),
    ("findings", pa.list_(pa.struct([
        ("line", pa.int64()), ("column", pa.int64()), ("code", pa.string()), ("message", pa.string()),
        ("targets", pa.list_(pa.string())),
    ]))),
])  # fmt: skip


class Judge:
    """An actor: judges one partition after the other, in one process beside itself."""

    def __init__(self, verdicts: str, targets: tuple[str, ...]) -> None:
        self.verdicts = verdicts
        self.settings = Settings(jobs=1, target_version=targets)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
        counts = [judge_partition(one, self.verdicts, self.settings) for one in batch["partition"]]
        return {"counts": [json.dumps(one) for one in counts]}


def judge_partition(partition: str, verdicts: str, settings: Settings) -> dict[str, dict[str, int]]:
    """Write the verdicts on a partition; return how many there are, by target. Done twice, it says the same."""
    files, path = fs.FileSystem.from_uri(partition)
    out, folder = fs.FileSystem.from_uri(verdicts)
    made = f"{folder}/{os.path.basename(path)}"
    part = f"{made}.{os.getpid()}.part"
    counts: dict[str, Counter[str]] = {}
    with (
        files.open_input_file(path) as opened,
        out.open_output_stream(part) as written,
        pq.ParquetWriter(written, SCHEMA) as writer,
    ):
        rows: list[dict[str, Any]] = []
        for result in check_sources(sources(pq.ParquetFile(opened)), settings):
            rows.append(row(result))
            for target, verdict in result.by_target:
                counts.setdefault(target, Counter())[verdict] += 1
            if len(rows) == ROWS:
                writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
    out.move(part, made)  # under this name the partition is always complete
    return {target: dict(count) for target, count in counts.items()}


def sources(partition: pq.ParquetFile) -> Iterator[tuple[str, bytes]]:
    """The sources of a partition, a few rows at a time."""
    for batch in partition.iter_batches(ROWS, columns=["path", "content"]):
        for path, content in zip(batch["path"].to_pylist(), batch["content"].to_pylist(), strict=True):
            yield path, content.encode() if isinstance(content, str) else content


def row(result: SourceResult) -> dict[str, Any]:
    """A result as a row of `SCHEMA`."""
    return {
        "path": result.name,
        "verdict": result.verdict,
        "by_target": [{"target": target, "verdict": verdict} for target, verdict in result.by_target],
        "findings": [
            {
                "line": one.line,
                "column": one.column,
                "code": one.code,
                "message": one.message.encode("utf-8", "backslashreplace").decode(),
                "targets": [target.label for target in one.targets],
            }
            for one in result.diagnostics
        ],
    }


def partitions(folder: str) -> list[str]:
    """The Parquet files in a folder, by name."""
    files, path = fs.FileSystem.from_uri(folder)
    found = files.get_file_info(fs.FileSelector(path, allow_not_found=True))
    scheme = folder[: -len(path)] if folder.endswith(path) else ""
    return sorted(scheme + one.path for one in found if one.extension == "parquet")


def on_ray(left: list[str], verdicts: str, targets: tuple[str, ...], address: str | None, actors: int) -> Iterator[str]:
    """Judge partitions on Ray, an actor a core; yield the counts of each as it is done."""
    import ray

    ray.init(address=address, log_to_driver=False, configure_logging=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    size = actors or int(ray.cluster_resources()["CPU"])
    judged = ray.data.from_items([{"partition": one} for one in left], override_num_blocks=len(left)).map_batches(
        Judge,
        fn_constructor_args=(verdicts, targets),
        batch_size=1,
        num_cpus=1,
        compute=ray.data.ActorPoolStrategy(size=size),
    )
    for one in judged.iter_rows():
        yield one["counts"]


def in_this_process(left: list[str], verdicts: str, targets: tuple[str, ...]) -> Iterator[str]:
    """The same without Ray."""
    judge = Judge(verdicts, targets)
    for one in left:
        yield from judge({"partition": [one]})["counts"]


def make_sample(folder: Path, partitions: int = 16) -> None:
    """Make a small corpus of the packages that are installed here, and of a few sources that are broken."""
    found = [path for root in site.getsitepackages() for path in sorted(Path(root).rglob("*.py"))][:SAMPLE]
    rows = [{"path": str(path), "content": path.read_bytes()} for path in found]
    rows += [{"path": f"broken/{number}.py", "content": b"def f(:\n" * number} for number in range(1, 40)]
    folder.mkdir(parents=True, exist_ok=True)
    schema = pa.schema([("path", pa.string()), ("content", pa.binary())])
    for number in range(partitions):
        pq.write_table(pa.Table.from_pylist(rows[number::partitions], schema), folder / f"part-{number:05}.parquet")


def show(done: list[dict[str, dict[str, int]]], judged: list[dict[str, dict[str, int]]], seconds: float) -> None:
    """Print a table of the verdicts by target, and how fast those of this run were found."""
    total = added([*done, *judged])
    print(f"{'target':8}{'valid':>12}{'broken':>12}{'undecided':>12}")
    for target, count in sorted(total.items(), key=lambda pair: tuple(map(int, pair[0].split(".")))):
        print(f"{target:8}{count['valid']:12}{count['broken']:12}{count['undecided']:12}")
    sources = max((sum(count.values()) for count in added(judged).values()), default=0)
    print(f"{sources} sources judged in {seconds:.1f} s, {sources / seconds:.0f} a second")


def added(counted: list[dict[str, dict[str, int]]]) -> dict[str, Counter[str]]:
    """The sum of some counts by target."""
    total: dict[str, Counter[str]] = {}
    for counts in counted:
        for target, count in counts.items():
            total.setdefault(target, Counter()).update(count)
    return total


def known(verdicts: str) -> dict[str, dict[str, dict[str, int]]]:
    """The counts of each partition that is done, by its name."""
    done = {}
    for one in partitions(verdicts):
        files, path = fs.FileSystem.from_uri(one)
        counts: dict[str, Counter[str]] = {}
        for batch in pq.ParquetFile(files.open_input_file(path)).iter_batches(columns=["by_target"]):
            for said in batch["by_target"].to_pylist():
                for each in said:
                    counts.setdefault(each["target"], Counter())[each["verdict"]] += 1
        done[os.path.basename(path)] = {target: dict(count) for target, count in counts.items()}
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", metavar="CORPUS")
    parser.add_argument("verdicts", nargs="?", metavar="VERDICTS")
    parser.add_argument("--sample", metavar="FOLDER", type=Path, help="make a small corpus there, and judge that")
    parser.add_argument("--address", help="of the Ray cluster, such as ray://head:10001")
    parser.add_argument("--actors", type=int, default=0, help="actors that judge; one a core by default")
    parser.add_argument("--target-version", default="", help="Pythons to ask, such as 3.9,3.13; this one by default")
    parser.add_argument("--one-process", action="store_true", help="do without Ray")
    given = parser.parse_args()
    if given.sample:
        if not (given.sample / "corpus").exists():
            make_sample(given.sample / "corpus")
        given.corpus, given.verdicts = str(given.sample / "corpus"), given.corpus or str(given.sample / "verdicts")
    if not given.verdicts:
        parser.error("CORPUS and VERDICTS, or --sample, are needed")
    corpus, verdicts = (one if "://" in one else os.path.abspath(one) for one in (given.corpus, given.verdicts))
    judge_corpus(corpus, verdicts, given)


def judge_corpus(corpus: str, verdicts: str, given: argparse.Namespace) -> None:
    """Judge the partitions that have no verdicts yet, and show what there is."""
    out, folder = fs.FileSystem.from_uri(verdicts)
    out.create_dir(folder)
    done = known(verdicts)
    left = [one for one in partitions(corpus) if os.path.basename(one) not in done]
    print(f"{len(left)} partitions to judge, {len(done)} are done", flush=True)
    targets = tuple(part for part in given.target_version.split(",") if part)
    started = time.monotonic()
    if given.one_process or not left:
        ways = in_this_process(left, verdicts, targets)
    else:
        ways = on_ray(left, verdicts, targets, given.address, given.actors)
    counted = [json.loads(counts) for counts in ways]
    show([*done.values()], counted, time.monotonic() - started)


if __name__ == "__main__":
    main()
