"""Saves torchvision's ResNets with random weights, and their logits for random images.

Each NAME has two files: FOLDER/NAME.npz with the state_dict, and FOLDER/NAME-logits.npz with input and logits.
"""

import sys

import numpy
import torch
import torchvision

NAMES = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"]


def trained(model):
    """Gives batch norms random weights and statistics, similar to those after training."""
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1)
            torch.nn.init.uniform_(module.bias, -0.5, 0.5)
            torch.nn.init.uniform_(module.running_mean, -0.5, 0.5)
            torch.nn.init.uniform_(module.running_var, 0.5, 1)
    return model.eval()


def main(folder):
    print("torch", torch.__version__, "torchvision", torchvision.__version__)
    for name in NAMES:
        torch.manual_seed(1)
        model = trained(getattr(torchvision.models, name)(weights=None))
        images = torch.randn(2, 3, 224, 224)
        with torch.no_grad():
            logits = model(images)
        state = {key: value.numpy() for key, value in model.state_dict().items()}
        numpy.savez(f"{folder}/{name}.npz", **state)
        numpy.savez(f"{folder}/{name}-logits.npz", input=images.numpy(), logits=logits.numpy())


main(sys.argv[1])
