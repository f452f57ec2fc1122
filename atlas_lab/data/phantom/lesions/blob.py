"""A lobulated ellipsoid: the shape of a lesion."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from atlas_lab.data.phantom.shapes import Box, Move, Vector
from atlas_lab.data.phantom.space import Array, Crop, Space
from atlas_lab.data.sphere import directions

_SPHERE = 400  # directions over which volumes are averaged


@dataclass(frozen=True, eq=False)
class Blob:
    """An ellipsoid with lobes and dents: along direction d its surface lies at 1 + Σ height · exp(sharpness · (d·lobe - 1)).

    `axes` (3, 3) are its half axes in canonical mm, as rows; `lobes` (n, 3) are directions, `heights` and `sharpness` (n,).
    """

    center: Vector
    axes: npt.NDArray[np.float64]
    lobes: npt.NDArray[np.float64]
    heights: npt.NDArray[np.float64]
    sharpness: npt.NDArray[np.float64]

    @classmethod
    def of(
        cls,
        center: Vector,
        diameter_mm: float,
        turn: npt.NDArray[np.float64],
        ratios: tuple[float, float],
        lobes: npt.NDArray[np.float64],
        heights: npt.NDArray[np.float64],
        sharpness: npt.NDArray[np.float64],
    ) -> "Blob":
        """A blob with the volume of a sphere of `diameter_mm`; `ratios` are its second and third axis over the first."""
        axes = turn * np.array([1.0, *ratios])[:, None]
        unit = cls(center, axes, lobes, heights, sharpness)
        volume = float(np.mean(unit._surface(directions(_SPHERE)) ** 3)) * ratios[0] * ratios[1]
        return cls(center, axes * (diameter_mm / 2 / np.cbrt(volume)), lobes, heights, sharpness)

    def box(self) -> Box:
        half = float(self._surface(directions(_SPHERE)).max()) * 1.05 * np.sqrt((self.axes**2).sum(axis=0))
        return np.subtract(self.center, half), np.add(self.center, half)

    def distance(self, space: Space, crop: Crop) -> Array:
        p = [c - np.float32(o) for c, o in zip(space.at(crop), self.center, strict=True)]
        lengths = np.linalg.norm(self.axes, axis=1)
        unit = [
            sum(np.float32(a) * c for a, c in zip(row / length**2, p, strict=True))
            for row, length in zip(self.axes, lengths, strict=True)
        ]
        far = np.sqrt(unit[0] ** 2 + unit[1] ** 2 + unit[2] ** 2)
        slope = np.sqrt(sum((u / np.float32(length)) ** 2 for u, length in zip(unit, lengths, strict=True)))
        radius = np.ones_like(far)
        safe = np.maximum(far, np.float32(1e-4))
        for (a, b, c), height, sharp in zip(self.lobes.astype(np.float32), self.heights, self.sharpness, strict=True):
            along = (a * unit[0] + b * unit[1] + c * unit[2]) / safe
            radius += np.float32(height) * np.exp(np.float32(sharp) * (along - 1))
        return np.asarray((far - np.maximum(radius, np.float32(0.25))) * far / np.maximum(slope, np.float32(1e-6)), np.float32)

    def moved(self, move: Move, scale: float) -> "Blob":
        return Blob(move(self.center), self.axes * scale, self.lobes, self.heights, self.sharpness)

    def _surface(self, along: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        bumps = np.exp(self.sharpness * (along @ self.lobes.T - 1)) @ self.heights
        return np.maximum(1 + bumps, 0.25)
