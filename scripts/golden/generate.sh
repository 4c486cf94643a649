#!/usr/bin/env bash
# Regenerates test/golden/*.json. Needs Debian's python3-torch, python3-sklearn, python3-scipy and python3-skimage; PYTHON names the interpreter.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-/usr/bin/python3}
for script in metrics isolation_forest estimators network structural_similarity statistical diffusion; do
  "$python" "scripts/golden/$script.py"
done
