#!/usr/bin/env python3
"""Writes the pixels that Pillow decodes or resizes, as the reference for this module's tests.

Needs Pillow (Debian: python3-pil). The committed files were written with Pillow 9.4.0.

    pillow_pixels.py fits > fitted-noise.tsv     noise, resized with each fit and interpolation
    pillow_pixels.py tiffs DIR                   small TIFFs, and for each a PNG of its RGB pixels
"""

import argparse
import hashlib
import pathlib

from PIL import Image, ImageOps

INTERPOLATIONS = ["BILINEAR", "BICUBIC", "NEAREST", "LANCZOS"]

# The width and height of a picture, then the width and height of the input, all in pixels.
SIZES = [
    (500, 375, 224, 224),
    (375, 500, 224, 224),
    (333, 500, 96, 160),
    (640, 481, 48, 192),
    (28, 31, 32, 32),
    (17, 9, 65, 33),
    (32, 32, 32, 32),
    (1, 1, 7, 5),
    (1, 300, 32, 16),
    (300, 1, 15, 32),
    (1021, 769, 333, 111),
    (96, 64, 3, 2),
]


def noise(width, height):
    """RGB bytes of a linear congruential generator; the Java tests create the same bytes."""
    state = width * 65536 + height
    pixels = bytearray(width * height * 3)
    for i in range(len(pixels)):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        pixels[i] = state >> 24
    return Image.frombytes("RGB", (width, height), bytes(pixels))


def crop(image, size, method):
    """torchvision's Resize of the shorter side, and its CenterCrop."""
    resize = max(size) + 9
    shorter = min(image.size)
    resized = image.resize([int(resize * side / shorter) for side in image.size], method)
    left = int(round((resized.width - size[0]) / 2.0))
    top = int(round((resized.height - size[1]) / 2.0))
    return resized.crop((left, top, left + size[0], top + size[1]))


def squash(image, size, method):
    return image.resize(size, method)


def pad(image, size, method):
    ratio = image.width / image.height
    if round(size[0] / ratio) == 0 or round(size[1] * ratio) == 0:
        return None  # Pillow refuses to resize a side to 0 pixels
    return ImageOps.pad(image, size, method)


def fits():
    print("width", "height", "fit", "across", "down", "with", "sha256", sep="\t")
    for width, height, across, down in SIZES:
        for name, fit in [("CROP", crop), ("SQUASH", squash), ("PAD", pad)]:
            for method in INTERPOLATIONS:
                image = fit(noise(width, height), (across, down), Image.Resampling[method])
                if image is not None:
                    digest = hashlib.sha256(image.tobytes()).hexdigest()
                    print(width, height, name, across, down, method, digest, sep="\t")


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("what", choices=["fits"])
arguments = parser.parse_args()
fits()
