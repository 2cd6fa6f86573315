"""2-D convolution of a float32 image: Gaussian blur with clamped borders, then Sobel edges.

usage: convolution.py [pixels per side]
"""

import hashlib
import sys

import numpy as np


def convolve(image, kernel, out):
    height, width = image.shape
    size = kernel.shape[0]
    half = size // 2
    for y in range(height):
        for x in range(width):
            acc = np.float32(0)
            for ky in range(size):
                yy = min(max(y + ky - half, 0), height - 1)
                for kx in range(size):
                    xx = min(max(x + kx - half, 0), width - 1)
                    acc += kernel[ky, kx] * image[yy, xx]
            out[y, x] = acc


def magnitude(gx, gy, out):
    for y in range(gx.shape[0]):
        for x in range(gx.shape[1]):
            out[y, x] = np.sqrt(gx[y, x] * gx[y, x] + gy[y, x] * gy[y, x])


def gaussian(size, sigma):
    k = np.arange(size) - size // 2
    line = np.exp(-(k**2) / (2.0 * sigma**2))
    kernel = np.outer(line, line)
    return (kernel / kernel.sum()).astype(np.float32)


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    rng = np.random.default_rng(5)
    image = rng.random((n, n), dtype=np.float32)
    image[n // 4 : n // 2, n // 4 : 3 * n // 4] += np.float32(2.0)
    blurred, gx, gy, edges = (np.empty_like(image) for _ in range(4))
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float32)
    convolve(image, gaussian(7, 1.5), blurred)
    convolve(blurred, sobel, gx)
    convolve(blurred, sobel.T.copy(), gy)
    magnitude(gx, gy, edges)
    print("image", n, "x", n)
    print("mean of the blurred image", repr(float(blurred.mean())))
    print("strongest edge", repr(float(edges.max())))
    print("blurred", hashlib.sha256(blurred.tobytes()).hexdigest())
    print("edges", hashlib.sha256(edges.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
