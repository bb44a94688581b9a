#!/usr/bin/env bash
# Quantises torchvision's EfficientNet-B0 and MobileNetV2 with "millrace models quantize". PyTorch exports the networks
# to ONNX. Their random weights give each photograph an answer of its own. The command has to publish the int8 version,
# or to refuse it and name the layers that do the most damage.
#
#   quantize.sh PHOTOGRAPHS [DATA]   PHOTOGRAPHS is a folder of at least 200 photographs, of which half calibrate.
#                                    DATA holds imagenet/imagenet-sample-40.tar (default: ../shared/data beside the
#                                    checkout)
#
# Needs root only if Debian's python3-torchvision is missing, because the script then installs it, and OpenBLAS.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../../.." && pwd)
photographs=$(cd "${1:?a folder of photographs}" && pwd)
data=${2:-$root/../shared/data}
python=/usr/bin/python3
if ! "$python" -c 'import torchvision' 2> /dev/null; then
  apt-get install -y --no-install-recommends python3-torchvision libopenblas0-pthread
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" "$here/presets.py" photographs "$folder" "$data/imagenet/imagenet-sample-40.tar"

failed=0
for network in mobilenet_v2 efficientnet_b0; do
  "$python" "$here/presets.py" export "$folder" "$network"
  model=(--model "$network" --repository "$folder/models")
  "$root/millrace" models import "$folder/dynamic.onnx" "${model[@]}" --labels "$folder/labels.txt" \
    --preset "torchvision/$network"
  "$root/millrace" models quantize "${model[@]}" --calibrate "$photographs" 2>&1 | tee "$folder/log" || true
  grep -q -E 'int8, .* calibration|The layers in int8 that do the most damage: ' "$folder/log" || failed=1
done
exit "$failed"
