"""Image dithering by error diffusion: Floyd-Steinberg on a grey picture, four levels.

usage: dithering.py [pixels per side]
"""

import hashlib
import sys

import numpy as np


def picture(n):
    y, x = np.mgrid[0:n, 0:n] / n
    return 255.0 * (0.5 + 0.25 * np.sin(9.0 * x) + 0.25 * np.cos(7.0 * x * y))


def dither(grey, out, levels):
    height, width = grey.shape
    step = 255.0 / (levels - 1)
    for y in range(height):
        for x in range(width):
            old = grey[y, x]
            level = int(old / step + 0.5)
            if level < 0:
                level = 0
            elif level > levels - 1:
                level = levels - 1
            new = level * step
            out[y, x] = int(new)
            error = old - new
            if x + 1 < width:
                grey[y, x + 1] += error * 7.0 / 16.0
            if y + 1 < height:
                if x > 0:
                    grey[y + 1, x - 1] += error * 3.0 / 16.0
                grey[y + 1, x] += error * 5.0 / 16.0
                if x + 1 < width:
                    grey[y + 1, x + 1] += error * 1.0 / 16.0


def blockiness(image):
    """Number of neighbouring pairs that differ."""
    changes = 0
    for row in range(image.shape[0]):
        for column in range(1, image.shape[1]):
            if image[row, column] != image[row, column - 1]:
                changes += 1
    return changes


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    grey = picture(n)
    mean = grey.mean()
    out = np.zeros((n, n), dtype=np.uint8)
    dither(grey, out, 4)
    print("pixels", n, "x", n)
    print("mean before", repr(float(mean)), "after", repr(float(out.mean())))
    print("changes", blockiness(out))
    print("picture", hashlib.sha256(out.tobytes()).hexdigest())
    print("errors", hashlib.sha256(grey.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
