"""Exit codes."""

OK = 0
"""Every source is valid for every target."""
RED = 1
"""At least one source is broken, unreadable or undecided."""
UNASKED = 2
"""The question could not be asked."""
HUNG_UP = 129
"""128 and the number of the signal, as shells have it: SIGHUP, SIGINT and SIGTERM."""
INTERRUPTED = 130
TERMINATED = 143
