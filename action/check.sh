#!/usr/bin/env bash
# Runs `syntax-guard check` for action.yml, with this script's arguments added to its options.
# Takes ARGS (words), PATHS and ARCHIVES (one a line) and TOOL (the environment). They arrive as variables and are never put into
# a script, so nothing in them can become a command.
# Python is isolated (-I), so that a `syntax_guard` in the checkout is checked, and not run.
set -euo pipefail

bin="$TOOL/bin"
if [ -d "$TOOL/Scripts" ]; then bin="$TOOL/Scripts"; fi
options=("$@") paths=()
while IFS= read -r folder; do
  folder="${folder%$'\r'}"
  if [ -n "$folder" ]; then options+=("--archives=$folder"); fi
done <<< "$ARCHIVES"
while read -r -a words; do options+=(${words[@]+"${words[@]}"}); done <<< "$ARGS"
while IFS= read -r path; do
  path="${path%$'\r'}"
  if [ -n "$path" ]; then paths+=("$path"); fi
done <<< "$PATHS"
if [ -n "$ARCHIVES" ] && [ ${#paths[@]} -eq 0 ]; then paths=(.); fi
"$bin/python" -I -m syntax_guard check ${options[@]+"${options[@]}"} -- ${paths[@]+"${paths[@]}"}
