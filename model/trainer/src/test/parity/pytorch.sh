#!/usr/bin/env bash
# Compares the trainer with PyTorch: loss and gradients of one step, the losses of 100 steps, and images per second.
# Needs root only if Debian's python3-torch is missing, because the script then installs it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
python=/usr/bin/python3
if ! "$python" -c 'import torch' 2> /dev/null; then
  apt-get install -y --no-install-recommends python3-torch python3-numpy
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" "$here/pytorch_resnet20.py" steps "$folder"
cd "$here/../../../../.."
./mvnw -B -q -Dquick -am -pl model/trainer -Dtest='PyTorchParityTest,PyTorchSpeed' -Dsurefire.failIfNoSpecifiedTests=false \
  -Dmillrace.pytorch="$folder" -Dmillrace.pytorch.command="$python $here/pytorch_resnet20.py speed" test
