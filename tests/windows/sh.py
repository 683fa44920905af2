"""sh.exe for the git.exe of `build_git.sh`: it runs one command, which is in the words of a shell.

Git asks for no more to reach another repository of this machine, and to run a hook of one line.
"""

import shlex
import subprocess
import sys

words = sys.argv[1:]
if words[0] == "-c":
    line, given = words[1], words[3:]
else:
    with open(words[0], encoding="utf-8") as script:
        (line,) = (one for one in script.read().splitlines() if one and not one.startswith("#"))
    given = words[1:]
command = [each for one in shlex.split(line.removeprefix("exec ")) for each in (given if one == "$@" else [one])]
sys.exit(subprocess.call(command))
