#!/usr/bin/env bash
# Installs syntax-guard for action.yml, in an environment of its own: what is tested keeps its own packages.
# Takes PYTHON, VERSION (or nothing: the action's own source), SOURCE (its folder) and TOOL (the environment).
# Python is isolated (-I): neither the checkout nor a PYTHONPATH into it provides a module, such as a `venv.py` or a `pip`.
# Each package it needs is pinned by hash, so a pinned action runs the same code tomorrow.
set -euo pipefail
unset PYTHONPATH PYTHONHOME PYTHONSTARTUP # what pip starts in turn, to build the package, is not isolated

"$PYTHON" -I -m venv --clear "$TOOL" # a job may use the action twice, with two Pythons
bin="$TOOL/bin"
if [ -d "$TOOL/Scripts" ]; then bin="$TOOL/Scripts"; fi
install=("$bin/python" -I -m pip install --quiet --disable-pip-version-check)
"${install[@]}" --require-hashes --requirement "$SOURCE/action/requirements.txt"
if [ -n "$VERSION" ]; then
  "${install[@]}" "syntax-guard==$VERSION"
else
  "${install[@]}" --no-deps --no-build-isolation "$SOURCE"
fi
