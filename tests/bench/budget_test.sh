#!/bin/bash
# A start of a container stays within tests/bench/budget.txt.
set -euo pipefail

if ((EUID != 0)); then
  echo "SKIP: needs root"
  exit 0
fi
exec python3 -B tests/bench/budget.py --built .
