#!/usr/bin/env python3
"""Writes the pixels that torchvision decodes or resizes, as the reference for this module's tests.

Needs torchvision and Pillow (Debian: python3-torchvision). The committed files were written with
torchvision 0.14.1, Pillow 9.4.0 and libjpeg-turbo 2.1.5.

    torchvision_pixels.py photographs imagenet-sample-40.tar > imagenet-sample-40-pixels.tsv
    torchvision_pixels.py resize > resized-noise.tsv

With --raw DIR, the pixels are also written to DIR, one file per image.
"""

import argparse
import hashlib
import io
import pathlib
import tarfile

from PIL import Image
from torchvision import transforms

# The width and height of a picture, then the preprocessing's resize and size, all in pixels.
RESIZES = [
    (500, 375, 256, 224),
    (375, 500, 256, 224),
    (256, 256, 256, 224),
    (257, 256, 256, 224),
    (255, 256, 256, 224),
    (640, 479, 232, 224),
    (1920, 1080, 256, 224),
    (331, 500, 256, 255),
    (500, 333, 255, 224),
    (32, 32, 32, 32),
    (28, 28, 32, 32),
    (33, 31, 32, 32),
    (64, 48, 32, 29),
    (1, 1, 256, 224),
    (1, 1, 1, 1),
    (2, 1, 7, 5),
    (1, 2, 7, 5),
    (1, 300, 32, 32),
    (300, 1, 32, 32),
    (3, 1000, 64, 64),
    (1000, 3, 64, 63),
    (7, 5, 1, 1),
    (100, 99, 1, 1),
    (513, 700, 2, 1),
    (1021, 769, 333, 111),
    (17, 19, 500, 499),
    (90, 160, 100, 100),
    (211, 97, 96, 96),
]


def noise(width, height):
    """RGB bytes of a linear congruential generator; the Java tests create the same bytes."""
    state = width * 65536 + height
    pixels = bytearray(width * height * 3)
    for i in range(len(pixels)):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        pixels[i] = state >> 24
    return Image.frombytes("RGB", (width, height), bytes(pixels))


def preprocess(image, resize, size):
    return transforms.CenterCrop(size)(transforms.Resize(resize)(image.convert("RGB")))


def digest(image, name, raw):
    pixels = image.tobytes()
    if raw:
        (pathlib.Path(raw) / name).write_bytes(pixels)
    return hashlib.sha256(pixels).hexdigest()


def photographs(path, raw):
    print("name", "sha256", "red", "green", "blue", sep="\t")
    with tarfile.open(path) as tar:
        files = [member for member in tar.getmembers() if member.isfile()]
        for member in sorted(files, key=lambda file: file.name):
            name = member.name.rpartition("/")[2]
            encoded = tar.extractfile(member).read()
            image = preprocess(Image.open(io.BytesIO(encoded)), 256, 224)
            pixels = image.tobytes()
            means = ["%.3f" % (sum(pixels[c::3]) / (224 * 224)) for c in range(3)]
            print(name, digest(image, name, raw), *means, sep="\t")


def resizes(raw):
    print("width", "height", "resize", "size", "sha256", sep="\t")
    for width, height, resize, size in RESIZES:
        image = preprocess(noise(width, height), resize, size)
        name = "%dx%d-%d-%d" % (width, height, resize, size)
        print(width, height, resize, size, digest(image, name, raw), sep="\t")


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("what", choices=["photographs", "resize"])
parser.add_argument("tar", nargs="?")
parser.add_argument("--raw", metavar="DIR")
arguments = parser.parse_args()
if arguments.what == "photographs":
    if not arguments.tar:
        parser.error("photographs: name the tar of photographs")
    photographs(arguments.tar, arguments.raw)
else:
    resizes(arguments.raw)
