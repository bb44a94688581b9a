"""Trains He et al.'s ResNet-20 for CIFAR-10 in PyTorch.

  steps FOLDER          writes weights, batches, and PyTorch's results of training on the batches
  speed FORMAT THREADS  reads a number of seconds per line of standard input, trains for this time, and prints images per
                        second
"""
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

BATCH, SIDE, CLASSES, BATCHES, STEPS, PERTURBED = 128, 32, 10, 20, 100, 5
# In a large batch, rounding changes the sign of some inputs of a ReLU, and each such input changes the gradients by about
# 1 %. PyTorch's own float32 and float64 gradients differ for this reason too. Batches of four images are not affected.
FEW = 4
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


class Block(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.stride, self.padding = stride, (after - before) // 2

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)), inplace=True)
        y = self.bn2(self.conv2(y))
        if self.padding:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.padding, self.padding))
        return F.relu(y + x, inplace=True)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(*[Block(16, 16, 1) for _ in range(3)])
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1), Block(32, 32, 1))
        self.layer3 = nn.Sequential(Block(32, 64, 2), Block(64, 64, 1), Block(64, 64, 1))
        self.fc = nn.Linear(64, CLASSES)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)), inplace=True)
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


def optimizer(net):
    return torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)


def normalised(pixels):
    return (pixels.permute(0, 3, 1, 2).float() / 255 - MEAN) / STD


def batches(count):
    """Each class has its own pattern, which noise mostly hides."""
    random = np.random.default_rng(1)
    patterns = random.integers(0, 256, (CLASSES, SIDE, SIDE, 3))
    labels = random.integers(0, CLASSES, (count, BATCH))
    noise = random.integers(0, 256, (count, BATCH, SIDE, SIDE, 3))
    return (patterns[labels] * 0.15 + noise * 0.85).astype(np.uint8), labels


def arrays(net):
    return {k: v.numpy().copy() for k, v in net.state_dict().items() if not k.endswith("tracked")}


def step(net, sgd, pixels, labels):
    sgd.zero_grad()
    loss = F.cross_entropy(net(normalised(pixels)), labels)
    loss.backward()
    sgd.step()
    return loss.item()


def curve(start, pixels, labels, perturbation):
    net = ResNet20()
    net.load_state_dict(start)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.mul_(1 + perturbation * torch.randn_like(parameter))
    sgd = optimizer(net)
    return [step(net, sgd, pixels[i % BATCHES], labels[i % BATCHES]) for i in range(STEPS)]


def steps(folder):
    torch.manual_seed(1)
    pixels, labels = batches(BATCHES)
    pixels.tofile(folder + "/pixels")
    labels.astype(np.uint8).tofile(folder + "/labels")
    pixels, labels = torch.from_numpy(pixels), torch.from_numpy(labels)
    net = ResNet20()
    start = {k: v.clone() for k, v in net.state_dict().items()}
    np.savez(folder + "/weights.npz", **arrays(net))
    loss = step(net, optimizer(net), pixels[0][:FEW], labels[0][:FEW])
    gradients = {k: p.grad.numpy() for k, p in net.named_parameters()}
    np.savez(folder + "/gradients.npz", loss=np.float32(loss), **gradients)
    np.savez(folder + "/after.npz", **arrays(net))
    curves = [curve(start, pixels, labels, 0)]
    curves += [curve(start, pixels, labels, 1e-6) for _ in range(PERTURBED)]
    np.savetxt(folder + "/curves", np.array(curves))


def speed(memory_format, threads):
    torch.set_num_threads(int(threads))
    pixels, labels = map(torch.from_numpy, batches(1))
    net = ResNet20()
    sgd = optimizer(net)
    layout = torch.channels_last if memory_format == "channels_last" else torch.contiguous_format
    net = net.to(memory_format=layout)
    for line in sys.stdin:
        start, done = time.perf_counter(), 0
        while time.perf_counter() - start < float(line):
            sgd.zero_grad()
            x = normalised(pixels[0]).contiguous(memory_format=layout)
            loss = F.cross_entropy(net(x), labels[0])
            loss.backward()
            sgd.step()
            loss.item()
            done += BATCH
        print(done / (time.perf_counter() - start), flush=True)


if __name__ == "__main__":
    {"steps": steps, "speed": speed}[sys.argv[1]](*sys.argv[2:])
