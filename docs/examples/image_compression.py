"""A picture in 16 colours: the centers are the palette, the labels are the picture."""

import numpy as np

from kmeans_core import KMeans


def picture(height=240, width=320):
    """A generated landscape: a sky that fades, a sun, three ridges of hills, some grain."""
    y, x = np.mgrid[0:height, 0:width] / [[[height]], [[width]]]
    sky = np.stack([0.95 - 0.5 * y, 0.55 + 0.2 * y, 0.35 + 0.6 * y], axis=-1)
    sun = np.exp(-200 * ((x - 0.7) ** 2 + (y - 0.3) ** 2))[..., None]
    pixels = sky + sun * [0.6, 0.5, 0.1]
    for ridge in range(3):
        line = 0.5 + 0.14 * ridge + 0.06 * np.sin((5 + 4 * ridge) * x + ridge)
        pixels[y > line] = [0.35 - 0.1 * ridge, 0.45 - 0.1 * ridge, 0.3 - 0.08 * ridge]
    grain = np.random.default_rng(0).normal(scale=0.02, size=pixels.shape)
    return (np.clip(pixels + grain, 0, 1) * 255).astype(np.uint8)


def compress(pixels, n_colors=16):
    """The palette, and for every pixel its place there."""
    kmeans = KMeans(n_colors, random_state=0).fit(pixels.reshape(-1, 3).astype(np.float32))
    return kmeans.cluster_centers_.round().astype(np.uint8), kmeans.labels_.astype(np.uint8)


def main():
    pixels = picture()
    palette, places = compress(pixels)
    restored = palette[places].reshape(pixels.shape)
    size = palette.nbytes + places.size // 2  # 16 colours: four bits a pixel
    error = np.sqrt(np.mean((restored.astype(float) - pixels) ** 2))
    print(f"{pixels.nbytes} bytes -> {size} bytes, error {error:.1f} of 255")


if __name__ == "__main__":
    main()
