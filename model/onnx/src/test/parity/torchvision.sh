#!/usr/bin/env bash
# Compares Millrace's networks (ResNet-18 to ResNet-152, written as ONNX files and run by ONNX Runtime) with torchvision's
# networks that have the same random weights. Needs 1 GB of free space in the temporary folder.
# Needs root only if Debian's python3-torchvision is missing, because the script then installs it.
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
