"""Exports torchvision's networks with random weights to ONNX, and compares Millrace's answers with PyTorch's.

  photographs FOLDER TAR              writes the photographs as FOLDER/jpeg/*.jpg, their pixels as FOLDER/png/*.png, and
                                      mosaics of 16 photographs as FOLDER/large/*.jpg
  export FOLDER NETWORK               writes FOLDER/dynamic.onnx, FOLDER/fixed.onnx and PyTorch's probabilities
  compare FOLDER KIND BOUND TITLE     compares FOLDER/answers, the lines of "millrace classify --json" for the photographs
                                      of KIND (png, jpeg or large). Exits with 1 if the largest difference is not within or
                                      beyond 1e-4, as BOUND says. With the BOUND any, only prints the difference
"""

import json
import pathlib
import sys
import tarfile
import warnings

import numpy
import torch
import torchvision
from PIL import Image

LARGEST_DIFFERENCE = 1e-4
CLASSES = 1000
BATCH = 8
MOSAICS = 8
WIDTH, HEIGHT = 500, 376  # of a photograph in a mosaic
SPREAD = 4  # standard deviation of a class's logit over the photographs


def photographs(folder, tar):
    for kind in ["jpeg", "png", "large"]:
        (folder / kind).mkdir()
    with tarfile.open(tar) as archive:
        for member in filter(tarfile.TarInfo.isfile, archive):
            name = pathlib.Path(member.name).stem
            jpeg = folder / "jpeg" / f"{name}.jpg"
            jpeg.write_bytes(archive.extractfile(member).read())
            Image.open(jpeg).convert("RGB").save(folder / "png" / f"{name}.png")
    images = [Image.open(file).resize((WIDTH, HEIGHT)) for file in sorted((folder / "png").iterdir())]
    for i in range(MOSAICS):
        mosaic = Image.new("RGB", (4 * WIDTH, 4 * HEIGHT))
        for k in range(16):
            mosaic.paste(images[(5 * i + k) % len(images)], (k % 4 * WIDTH, k // 4 * HEIGHT))
        mosaic.save(folder / "large" / f"mosaic{i}.jpg", quality=90)
    (folder / "labels.txt").write_text("".join(f"class {i}\n" for i in range(CLASSES)))


def randomise(model, images):
    """Gives the model random weights with which each photograph has answers of its own."""
    for name, parameter in model.named_parameters():
        if name.endswith("layer_scale"):
            # ConvNeXt's initial 1e-6 would turn all of its blocks off.
            torch.nn.init.uniform_(parameter, 0.1, 0.5)
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        torch.nn.init.uniform_(norm.weight, 0.5, 1)
        torch.nn.init.uniform_(norm.bias, -0.5, 0.5)
        norm.momentum = 1  # The running statistics are the photographs'.
        norm.train()
    if norms:
        run(model, images, len(images))
    model.eval()

    head = [module for module in model.modules() if isinstance(module, torch.nn.Linear)][-1]
    features = []
    hook = head.register_forward_pre_hook(lambda _, inputs: features.append(inputs[0]))
    run(model, images)
    hook.remove()
    mean = torch.cat(features).mean(0)
    features = torch.cat(features) - mean
    # Without this scale, the few directions in which random features differ most would decide every answer.
    _, scale, directions = torch.linalg.svd(features, full_matrices=False)
    weight = torch.randn(CLASSES, len(scale)) / (scale + scale.median()) @ directions
    weight *= SPREAD / (features @ weight.T).std(0).mean()
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(-weight @ mean)


def run(model, images, size=BATCH):
    with torch.no_grad():
        return torch.cat([model(batch) for batch in images.split(size)])


def preprocessed(preset, files):
    return torch.stack([preset(Image.open(file)) for file in files])


def export(folder, network):
    preset = torchvision.models.get_model_weights(network).DEFAULT.transforms()
    files = sorted((folder / "png").iterdir())
    images = preprocessed(preset, files)
    mosaics = sorted((folder / "large").iterdir())
    torch.manual_seed(1)
    model = torchvision.models.get_model(network, weights=None).eval()
    randomise(model, images)
    probabilities = run(model, images).softmax(1).numpy()
    all_probabilities = [*probabilities, *run(model, preprocessed(preset, mosaics)).softmax(1).numpy()]
    expected = {file.stem: row for file, row in zip([*files, *mosaics], all_probabilities)}
    numpy.savez(folder / "expected.npz", **expected)

    # PyTorch 1.13 warns about its own shape inference, and about Swin's dropout, whose ratio is 0.
    warnings.simplefilter("ignore")
    names = {"input_names": ["input"], "output_names": ["logits"], "opset_version": 13}
    axes = {"input": {0: "batch"}, "logits": {0: "batch"}}
    torch.onnx.export(model, images[:2], str(folder / "dynamic.onnx"), dynamic_axes=axes, **names)
    torch.onnx.export(model, images[:1], str(folder / "fixed.onnx"), **names)

    top = probabilities.max(1)
    classes = len(set(probabilities.argmax(1)))
    print(
        f"{network}: torch {torch.__version__}, torchvision {torchvision.__version__}, {len(files)} photographs, "
        f"{classes} top classes, probability of the top class {top.min():.2f} to {top.max():.2f}, "
        f"median {numpy.median(top):.2f}",
        flush=True,
    )
    if classes < len(files) / 2 or not 0.05 < numpy.median(top) < 0.95:
        sys.exit("the photographs' answers are too similar, or too certain, for a comparison")


def compare(folder, kind, bound, title):
    all_expected = numpy.load(folder / "expected.npz")
    expected = {file.stem: all_expected[file.stem] for file in (folder / kind).iterdir()}
    answers = [json.loads(line) for line in (folder / "answers").read_text().splitlines()]
    actual = {pathlib.Path(answer["id"]).stem: answer["probabilities"] for answer in answers}
    assert actual.keys() == expected.keys(), f"{len(actual)} answers to {len(expected)} photographs"
    differences = {name: numpy.abs(numpy.array(actual[name]) - row).max() for name, row in expected.items()}
    same = sum(numpy.argmax(actual[name]) == row.argmax() for name, row in expected.items())
    worst = max(differences, key=differences.get)
    within = differences[worst] <= LARGEST_DIFFERENCE and same == len(expected)
    passed = {"within": within, "beyond": differences[worst] > LARGEST_DIFFERENCE, "any": True}[bound]
    print(
        f"{'ok' if passed else 'FAILED'}: {title}: largest difference {differences[worst]:.1e} ({worst}), "
        f"median {numpy.median(list(differences.values())):.1e}, top-1 equal {same} of {len(expected)}",
        flush=True,
    )
    sys.exit(not passed)


if __name__ == "__main__":
    command, folder, *rest = sys.argv[1:]
    {"photographs": photographs, "export": export, "compare": compare}[command](pathlib.Path(folder), *rest)
