"""The floor: files read and compiled by bare processes, and nothing else.

``python -I -S floor.py JOBS LIST``, where a line of the file LIST is a path, in the order in which they are handed out:
largest first, each to the process that is free. No tree is searched, no verdict kept, no word said.
"""

import os
import sys
import warnings

WORD = 4


def work(paths: list[str], tasks: int) -> None:
    """Compile what `tasks` (a descriptor) names until it ends."""
    while number := os.read(tasks, WORD):
        descriptor = os.open(paths[int.from_bytes(number, "big")], os.O_RDONLY)
        data = os.read(descriptor, os.fstat(descriptor).st_size + 1)
        os.close(descriptor)
        compile(data, "source", "exec", 0, True, 0)
    os._exit(0)


def main() -> None:
    """Start the processes, hand out, wait."""
    warnings.simplefilter("ignore")
    with open(sys.argv[2], encoding="utf-8") as file:
        paths = file.read().splitlines()
    tasks, hand_out = os.pipe()
    for _ in range(int(sys.argv[1])):
        if not os.fork():
            os.close(hand_out)
            work(paths, tasks)
    os.write(hand_out, b"".join(number.to_bytes(WORD, "big") for number in range(len(paths))))
    os.close(hand_out)
    while True:
        try:
            _, status = os.wait()
        except ChildProcessError:
            break
        if status:
            sys.exit(1)


main()
