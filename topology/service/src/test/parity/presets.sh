#!/usr/bin/env bash
# Compares the probabilities of "millrace classify --preset torchvision/NETWORK" with PyTorch's, for forty photographs.
# Both sides run the same network with the same random weights. PyTorch exports the network to ONNX, and torchvision
# preprocesses the photographs as the network's published weights require.
#
#   presets.sh [DATA]   DATA holds imagenet/imagenet-sample-40.tar (default: ../shared/data beside the checkout)
#
# Needs 1 GB in the temporary folder.
# Needs root only if Debian's python3-torchvision is missing, because the script then installs it, and OpenBLAS, without
# which PyTorch's matrix products take minutes.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../../.." && pwd)
data=${1:-$root/../shared/data}
python=/usr/bin/python3
if ! "$python" -c 'import torchvision' 2> /dev/null; then
  apt-get install -y --no-install-recommends python3-torchvision libopenblas0-pthread
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" "$here/presets.py" photographs "$folder" "$data/imagenet/imagenet-sample-40.tar"

failed=0

# Compares the answers to the photographs of one kind (png, jpeg or large) with PyTorch's.
#   compare within|beyond|any KIND MODEL_FILE OPTION...
compare() {
  local bound=$1 kind=$2 model=$3
  shift 3
  "$root/millrace" classify "$folder/$kind" --model-file "$folder/$model" --labels "$folder/labels.txt" \
    --preset "torchvision/$network" --json "$@" > "$folder/answers" 2> "$folder/log" \
    || { cat "$folder/log" && return 1; }
  sed -n "1s|$folder/||p" "$folder/log"
  "$python" "$here/presets.py" compare "$folder" "$kind" "$bound" "$network, $kind, $model $*" || failed=1
}

while read -r network other; do
  "$python" "$here/presets.py" export "$folder" "$network"
  compare within png dynamic.onnx
  compare within png fixed.onnx
  compare any jpeg dynamic.onnx
  # Millrace decodes large JPEGs at a reduced size if the filter is bilinear.
  compare any large dynamic.onnx
  # The control: with a wrong filter, the difference must be larger than the bound.
  compare beyond png dynamic.onnx --interpolation "$other"
done << END
efficientnet_b0 bilinear
swin_t bilinear
vit_b_16 bicubic
convnext_tiny bicubic
resnet50 bicubic
END
exit "$failed"
