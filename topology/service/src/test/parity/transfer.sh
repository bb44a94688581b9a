#!/usr/bin/env bash
# Compares transfer learning with PyTorch: both fine-tune ResNet-18 on the same photographs, once all layers with the
# recipe "finetune", once the last layer alone. Prints the accuracy on other photographs and the time of the training.
# Fails if PyTorch's mean accuracy is higher than Millrace's by more than one point.
#
#   transfer.sh WEIGHTS TRAIN TEST [SEEDS [EPOCHS [SIZE]]]
#
# WEIGHTS is a safetensors file of torchvision's ResNet-18. TRAIN and TEST are folders of photographs, with one
# subfolder per class. SEEDS (default 3) is the number of trainings on each side. EPOCHS (default 10) is the number of
# epochs for all layers. The last layer alone has 50 epochs. SIZE (default 224) is the side of the images in pixels.
#
# Needs root only if Debian's python3-torchvision is missing, because the script then installs it, and OpenBLAS.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../../.." && pwd)
weights=$(realpath "${1:?a safetensors file of ResNet-18}")
train=$(realpath "${2:?a folder of photographs for the training}")
test=$(realpath "${3:?a folder of photographs for the measurement}")
seeds=${4:-3}
epochs=${5:-10}
size=${6:-224}
python=/usr/bin/python3
if ! "$python" -c 'import torchvision' 2> /dev/null; then
  apt-get install -y --no-install-recommends python3-torchvision libopenblas0-pthread
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Trains on both sides and adds their accuracies to the table.
#   compare all|head SEED EPOCHS OPTION...
compare() {
  local part=$1 seed=$2 epochs=$3 run="$folder/$1-$2"
  shift 3
  local model=(--model "$part-$seed" --repository "$folder/models")
  SECONDS=0
  "$root/millrace" train "${model[@]}" --run "$run" --data "$train" --arch resnet18 --from-weights "$weights" \
    --recipe finetune --size "$size" --seed "$seed" --epochs "$epochs" "$@" < /dev/null > "$folder/log" 2>&1 \
    || { cat "$folder/log" && return 1; }
  local seconds=$SECONDS
  local ours theirs
  ours=$("$root/millrace" evaluate "${model[@]}" --data "$test" --json 2> "$folder/log" \
    | "$python" -c 'import json, sys; print("%.2f" % (100 * json.load(sys.stdin)["top1"]["value"]))')
  SECONDS=0
  theirs=$("$python" "$here/transfer.py" train "$part" "$run" "$weights" "$train" "$test" "$seed" "$epochs" "$size")
  echo "$part, seed $seed: Millrace $ours % after $seconds s, PyTorch $theirs % after $SECONDS s"
  echo "$part $ours $theirs" >> "$folder/table"
}

for seed in $(seq "$seeds"); do
  compare head "$seed" 50 --freeze stem,layer1,layer2,layer3,layer4 --crop-area 1 --no-flip
done
for seed in $(seq "$seeds"); do
  compare all "$seed" "$epochs"
done
"$python" "$here/transfer.py" summary "$folder/table"
