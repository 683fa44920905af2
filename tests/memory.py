"""Python code in a process that may use so much memory, and no more."""

from __future__ import annotations

import os
import subprocess
import sys

LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST))"
MEASURE = """
import ctypes, sys
numbers = (ctypes.c_size_t * 9)(9 * 8)
kernel = ctypes.WinDLL("kernel32")
kernel.GetCurrentProcess.restype = ctypes.c_void_p
found = kernel.K32GetProcessMemoryInfo(ctypes.c_void_p(kernel.GetCurrentProcess()), numbers, 9 * 8)
peaks = numbers[1], numbers[8]  # of the memory, and of what was asked for, behind the size of all this
if not found or not 1 << 20 < min(peaks) <= max(peaks) <= MOST:
    sys.exit(f"it used {peaks} bytes")
"""
"""On Windows, which sets no such limit, the process says how much it used at most."""


def in_memory(most: int, code: str, *arguments: str) -> str:
    """What `code` prints in a Python that may use `most` bytes."""
    lines = [code, MEASURE] if os.name == "nt" else [LIMIT, code]
    command = [sys.executable, "-c", f"MOST = {most}\n" + "\n".join(lines), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=250)
    assert done.returncode == 0, done.stderr
    return done.stdout
