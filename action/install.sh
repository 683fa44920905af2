#!/usr/bin/env bash
# Installs syntax-guard for action.yml, in an environment of its own: what is tested keeps its own packages.
# Takes PYTHON, VERSION (or nothing: the action's own source), SOURCE (its folder) and TOOL (the environment).
set -euo pipefail

"$PYTHON" -m venv "$TOOL"
bin="$TOOL/bin"
if [ -d "$TOOL/Scripts" ]; then bin="$TOOL/Scripts"; fi
"$bin/python" -m pip install --quiet --disable-pip-version-check "${VERSION:+syntax-guard==}${VERSION:-$SOURCE}"
