#!/usr/bin/env bash
# Runs `syntax-guard check` for action.yml, with this script's arguments added to its options.
# Takes ARGS (words), PATHS (one a line) and TOOL (the environment). They arrive as variables and are never put into
# a script, so nothing in them can become a command.
set -euo pipefail

bin="$TOOL/bin"
if [ -d "$TOOL/Scripts" ]; then bin="$TOOL/Scripts"; fi
options=("$@") paths=()
while read -r -a words; do options+=(${words[@]+"${words[@]}"}); done <<< "$ARGS"
while IFS= read -r path; do
  path="${path%$'\r'}"
  if [ -n "$path" ]; then paths+=("$path"); fi
done <<< "$PATHS"
"$bin/python" -m syntax_guard check ${options[@]+"${options[@]}"} -- ${paths[@]+"${paths[@]}"}
