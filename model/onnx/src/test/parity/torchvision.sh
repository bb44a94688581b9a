#!/usr/bin/env bash
# Compares written networks in ONNX Runtime with torchvision's, from equal random weights, ResNet-18 to ResNet-152.
# Needs root once, to install Debian's python3-torchvision, and 1 GB in the temporary folder.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
python=/usr/bin/python3
if ! "$python" -c 'import torchvision' 2> /dev/null; then
  apt-get install -y --no-install-recommends python3-torchvision
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" "$here/torchvision_logits.py" "$folder"
cd "$here/../../../../.."
./mvnw -B -q -Dquick -am -pl model/onnx -Dtest=TorchvisionParityTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dmillrace.torchvision="$folder" test
