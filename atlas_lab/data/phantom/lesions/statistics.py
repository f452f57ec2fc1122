"""The form of real liver tumours, fitted on expert masks.

Source: the 11 of 21 lesions that span at least 5 slices in nine expert annotations of the Medical Segmentation Decathlon
Task03 / LiTS (Bilic et al., Medical Image Analysis 2023; masks as released with evalseg, CC BY-SA 4.0), measured with
`atlas_lab.data.lesion_shape.shape_statistics`; `python -m benchmarks.phantom_shapes` measures them again. The sizes are
those of all 21, since counting slices would drop the small ones. Natural logarithms throughout.
"""

import numpy as np

N = 11
LOG_MEAN = np.array([-0.369, -0.558, -1.291])  # elongation, flatness, lobulation
LOG_COVARIANCE = np.array([
    [0.0658, 0.0834, -0.1060],
    [0.0834, 0.1249, -0.1558],
    [-0.1060, -0.1558, 0.3055],
])  # fmt: skip
OBSERVED = np.array([[0.445, 0.310, 0.104], [0.940, 0.846, 0.521]])  # lowest and highest of each

N_SIZES = 21
LOG_DIAMETER_MM = (3.233, 0.911)  # mean, standard deviation


def drawn_form(rng: np.random.Generator) -> tuple[float, float, float]:
    """One lesion's elongation, flatness and lobulation, within what was observed."""
    drawn = np.exp(rng.multivariate_normal(LOG_MEAN, LOG_COVARIANCE, method="cholesky"))
    elongation, flatness, lobulation = np.clip(drawn, *OBSERVED)
    return float(elongation), float(min(flatness, elongation)), float(lobulation)


def drawn_diameter(rng: np.random.Generator, low: float, high: float) -> float:
    """One diameter in mm from the fitted sizes, between `low` and `high` (drawn again until it is)."""
    mean, deviation = LOG_DIAMETER_MM
    for _ in range(100):
        diameter = float(np.exp(rng.normal(mean, deviation)))
        if low <= diameter <= high:
            return diameter
    return float(rng.uniform(low, high))
