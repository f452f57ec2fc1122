"""What is done to patches, how often and how strongly: the two published recipes, a gentler one, and nothing."""

from dataclasses import dataclass

from atlas_lab.errors import InputError, nearest

Range = tuple[float, float]


@dataclass(frozen=True)
class Preset:
    """Probabilities (0: never) and ranges, each drawn anew for every patch; the image is in [0, 1] when they are applied.

    `flip` is the probability for each of `flip_axes`; `rotate90` turns by 1 to 3 quarters in the plane of x and y;
    `rotate` turns by up to `degrees` around each axis, `zoom` magnifies by `zoom_range`, both in mm and in one
    interpolation; `noise` adds Gaussian noise of a deviation up to `noise_std`; `scale` multiplies by 1 ± `scale_factor`;
    `shift` adds up to ± `shift_offset`; `low_resolution` samples down by `resolution_range` and back; `gamma` raises to
    a power out of `gamma_range`.
    """

    flip: float = 0.0
    flip_axes: tuple[int, ...] = (1, 2)
    rotate90: float = 0.0
    rotate: float = 0.0
    degrees: float = 30.0
    zoom: float = 0.0
    zoom_range: Range = (0.7, 1.4)
    noise: float = 0.0
    noise_std: float = 0.1
    scale: float = 0.0
    scale_factor: float = 0.25
    shift: float = 0.0
    shift_offset: float = 0.1
    low_resolution: float = 0.0
    resolution_range: Range = (0.5, 1.0)
    gamma: float = 0.0
    gamma_range: Range = (0.7, 1.5)


PRESETS: dict[str, Preset] = {
    "none": Preset(),
    # RandRotate90(prob=0.1, max_k=3) and RandShiftIntensity(offsets=0.1, prob=0.2); Li et al., ICLR 2024
    "suprem": Preset(rotate90=0.1, shift=0.2),
    "upright": Preset(shift=0.2),  # SuPreM's without its quarter turns, which a short training has no time to learn
    # After the 3-D defaults of nnU-Net (Isensee et al., Nature Methods 2021), without its blur and contrast. It mirrors
    # all axes; here x is left out, along which a left kidney would become a right one.
    "nnunet": Preset(flip=0.5, rotate=0.2, zoom=0.2, noise=0.1, scale=0.15, low_resolution=0.25, gamma=0.3),
}


def named(chosen: str | Preset) -> Preset:
    """A preset by its name, or itself. InputError: an unknown name."""
    if isinstance(chosen, Preset):
        return chosen
    if chosen not in PRESETS:
        raise InputError(f"unknown augmentation {chosen!r}: {nearest(chosen, PRESETS)}known are {', '.join(PRESETS)}")
    return PRESETS[chosen]
