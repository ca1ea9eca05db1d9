"""How a sensor sits on the segment: a rotation."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["ALIGNED", "random_orientation", "rotate"]

ALIGNED: NDArray[np.float64] = np.eye(3)


def random_orientation(seed: int) -> NDArray[np.float64]:
    """(3, 3) rotation, uniform over all orientations (Shoemake 1992)."""
    w, x, y, z = np.random.default_rng(seed).standard_normal(4)
    norm = np.sqrt(w * w + x * x + y * y + z * z)
    w, x, y, z = w / norm, x / norm, y / norm, z / norm
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def rotate(rotation: NDArray[np.float64], vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) C-contiguous: the (3, n) vectors turned by the rotation, without a library whose sums depend on
    n."""
    x, y, z = vectors
    rows = [row[0] * x + row[1] * y + row[2] * z for row in rotation]
    return np.ascontiguousarray(np.stack(rows, axis=1))
