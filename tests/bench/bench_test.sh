#!/bin/bash
# A short run of the speed table: ours and the floor alone, each row there and without a failure.
set -euo pipefail

if ((EUID != 0)); then
  echo "SKIP: needs root"
  exit 0
fi

readonly OUT=$TEST_TMPDIR/report.json
python3 -B tests/bench/bench.py --built . --sides floor,ours --runs 2 --at-a-time 1,2 --alive 0,2 \
  --format json --plot "$TEST_TMPDIR/plot.svg" >"$OUT" &
bench=$!
wait "$bench"
python3 -B - "$OUT" "$TEST_TMPDIR/plot.svg" <<'PYTHON'
import json
import sys
import xml.etree.ElementTree

ROWS = ("start begin sandbox exec stages config parts parallel alive memory disk syscalls faults "
        "installed").split()

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)
assert list(report["rows"]) == ROWS, f"rows: {list(report['rows'])}"
for name, row in report["rows"].items():
    lines = [line for group in row["groups"] for line in group["rows"]]
    assert lines, f"{name} is empty"
    for line in lines:
        assert "reason" not in line, f"{name}: {line['side']}: {line['reason']}"
        assert line["median"] > 0, f"{name}: {line}"
xml.etree.ElementTree.parse(sys.argv[2])
PYTHON
left=$(find /sys/fs/cgroup /tmp -maxdepth 2 -name "slipway-bench-${bench}[-.]*" 2>/dev/null || true)
if [[ -n $left ]]; then
  printf 'left behind: %s\n' "$left"
  exit 1
fi
