# shellcheck shell=bash
# Completion of runtime and slipway for bash: bash-completion(1) reads it, or ~/.bashrc may.
# The runtime itself says what may stand next, with quotes where the shell needs them: nothing here
# is evaluated. It is the one that this file is installed with, not the one that is being typed,
# which may be anybody's.

_slipway_runtime=${BASH_SOURCE[0]%/*}/../../../bin/runtime
[[ $_slipway_runtime == /* ]] || _slipway_runtime=$PWD/$_slipway_runtime

_slipway() {
  local kind line
  COMPREPLY=()
  {
    IFS= read -r kind || return 0
    while IFS= read -r line; do
      COMPREPLY+=("${line%%$'\t'*}")
    done
  } < <("$_slipway_runtime" complete --line="${COMP_LINE:0:COMP_POINT}" \
    --breaks="$COMP_WORDBREAKS" 2>/dev/null </dev/null)
  [[ $kind != files ]] || compopt -o bashdefault -o default 2>/dev/null
  # More of the word follows.
  [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *[=./] ]] || compopt -o nospace 2>/dev/null
}

complete -F _slipway runtime slipway
