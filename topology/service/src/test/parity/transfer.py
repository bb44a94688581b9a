"""Fine-tunes a ResNet-18 in PyTorch on the images on which "millrace train" was trained, with the recipe "finetune".

  train PART RUN WEIGHTS TRAIN TEST SEED EPOCHS SIZE
      PART is "all" or "head", RUN is the folder of Millrace's run. SIZE is the side of the images in pixels. Prints the
      share of TEST's images that are classified correctly, in percent
  summary FILE
      FILE has lines of PART, Millrace's and PyTorch's percentages. Prints the means and their difference; fails if
      PyTorch is better by more than one point
"""
import hashlib
import json
import math
import pathlib
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from PIL import Image, ImageOps
from torchvision import transforms

BATCH, RATE, BACKBONE, DECAY, SMOOTHING = 32, 0.02, 0.1, 1e-4, 0.1
NORMALIZE = transforms.Compose(
    [transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
)


def centre(size):
    return transforms.Compose([transforms.Resize(round(size * 8 / 7)), transforms.CenterCrop(size)])


def random(size):
    return transforms.Compose([transforms.RandomResizedCrop(size, scale=(0.35, 1)), transforms.RandomHorizontalFlip()])


def safetensors(file):
    content = pathlib.Path(file).read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    tensors = json.loads(content[8 : 8 + size])
    tensors.pop("__metadata__", None)
    data = memoryview(content)[8 + size :]
    return {
        name: torch.from_numpy(
            np.frombuffer(data[slice(*tensor["data_offsets"])], np.float32).reshape(tensor["shape"]).copy()
        )
        for name, tensor in tensors.items()
        if tensor["dtype"] == "F32"
    }


def load(net, weights):
    """Loads all weights but those of the last layer, and ends the script if another one is missing or unknown."""
    result = net.load_state_dict(safetensors(weights), strict=False)
    missing = [name for name in result.missing_keys if not name.startswith("fc.")]
    if missing or result.unexpected_keys:
        sys.exit(f"{weights} does not fit the network: missing {missing}, unexpected {result.unexpected_keys}")


def images(folder):
    """The images with their classes, and the SHA-256 of each image's file."""
    folder = pathlib.Path(folder)
    found = []
    for label, name in enumerate(sorted(child.name for child in folder.iterdir())):
        for file in sorted((folder / name).iterdir()):
            upright = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
            found.append((upright, label, hashlib.sha256(file.read_bytes()).hexdigest()))
    return found


def tensors(found, change):
    pixels = torch.stack([NORMALIZE(change(image)) for image, _, _ in found])
    return pixels, torch.tensor([label for _, label, _ in found])


def rate(step, steps, epochs):
    """Half a cosine, with a linear warm-up in the first epoch."""
    return (1 + math.cos(math.pi * step / steps)) / 2 * min(1, (step + 1) / (steps / epochs))


def batches(images):
    """Whole batches in a random order, as "millrace train" takes them."""
    return torch.randperm(images)[: images // BATCH * BATCH].split(BATCH)


def correct(net, pixels, labels):
    net.eval()
    with torch.no_grad():
        answers = torch.cat([net(part).argmax(1) for part in pixels.split(BATCH)])
    return (answers == labels).float().mean().item() * 100


def train(part, run, weights, train_folder, test_folder, seed, epochs, size):
    torch.manual_seed(int(seed))
    epochs, size = int(epochs), int(size)
    parts = json.loads((pathlib.Path(run) / "split.json").read_text())["parts"]
    found = images(train_folder)
    training = [image for image in found if parts[image[2]] == "training"]
    gate = tensors([image for image in found if parts[image[2]] == "gate"], centre(size))
    test = tensors(images(test_folder), centre(size))
    classes = len({label for _, label, _ in found})
    net = torchvision.models.resnet18()
    load(net, weights)
    net.fc = torch.nn.Linear(net.fc.in_features, classes)
    if part == "head":
        return head(net, tensors(training, centre(size)), gate, test, epochs)

    backbone = [(name, p) for name, p in net.named_parameters() if not name.startswith("fc.")]
    groups = [
        (1, 0, [net.fc.bias]),
        (1, DECAY, [net.fc.weight]),
        (BACKBONE, 0, [p for _, p in backbone if p.dim() == 1]),
        (BACKBONE, DECAY, [p for _, p in backbone if p.dim() > 1]),
    ]
    sgd = torch.optim.SGD(
        [{"params": p, "weight_decay": decay, "factor": factor} for factor, decay, p in groups],
        lr=RATE, momentum=0.9, nesterov=True,
    )
    steps = epochs * (len(training) // BATCH)
    step, best = 0, (-1, 0)
    for _ in range(epochs):
        net.train()
        for batch in batches(len(training)):
            pixels, labels = tensors([training[i] for i in batch], random(size))
            for group in sgd.param_groups:
                group["lr"] = RATE * group["factor"] * rate(step, steps, epochs)
            sgd.zero_grad()
            F.cross_entropy(net(pixels), labels, label_smoothing=SMOOTHING).backward()
            sgd.step()
            step += 1
        best = max(best, (correct(net, *gate), correct(net, *test)), key=lambda pair: pair[0])
    return best[1]


def head(net, training, gate, test, epochs):
    """Trains the last layer alone, on features that are computed once."""
    fc, net.fc = net.fc, torch.nn.Identity()
    net.eval()
    with torch.no_grad():
        training, gate, test = [
            (torch.cat([net(part) for part in pixels.split(BATCH)]), labels) for pixels, labels in (training, gate, test)
        ]
    sgd = torch.optim.SGD(
        [{"params": [fc.bias], "weight_decay": 0}, {"params": [fc.weight], "weight_decay": DECAY}],
        lr=RATE, momentum=0.9, nesterov=True,
    )
    steps = epochs * (len(training[0]) // BATCH)
    step, best = 0, (-1, 0)
    for _ in range(epochs):
        fc.train()
        for batch in batches(len(training[0])):
            for group in sgd.param_groups:
                group["lr"] = RATE * rate(step, steps, epochs)
            sgd.zero_grad()
            F.cross_entropy(fc(training[0][batch]), training[1][batch], label_smoothing=SMOOTHING).backward()
            sgd.step()
            step += 1
        best = max(best, (correct(fc, *gate), correct(fc, *test)), key=lambda pair: pair[0])
    return best[1]


def summary(file):
    rows = [line.split() for line in open(file)]
    failed = False
    for part in dict.fromkeys(row[0] for row in rows):
        ours, theirs = np.array([row[1:] for row in rows if row[0] == part], float).T
        difference = ours - theirs
        spread = difference.std(ddof=1) / math.sqrt(len(difference)) if len(difference) > 1 else math.nan
        print(
            f"{part}: Millrace {ours.mean():.2f} %, PyTorch {theirs.mean():.2f} %,"
            f" difference {difference.mean():+.2f} points (standard error {spread:.2f}, {len(difference)} seeds)"
        )
        failed |= difference.mean() < -1
    return failed


if __name__ == "__main__":
    if sys.argv[1] == "train":
        print(f"{train(*sys.argv[2:]):.2f}")
    else:
        sys.exit(int(summary(sys.argv[2])))
