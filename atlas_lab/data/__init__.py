"""CT volumes, label maps, cases and atlases: on disk, in memory, from hubs and scanners."""

from atlas_lab.data import phantom, samples
from atlas_lab.data.atlas import Atlas
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.lesion_shape import shape_statistics
from atlas_lab.data.measure import measure
from atlas_lab.data.odd import odd_cases
from atlas_lab.data.prior import MeanLabels, baseline
from atlas_lab.data.regrid import regrid
from atlas_lab.data.transforms import WINDOWS, crop_to_foreground, resample, window
from atlas_lab.data.volume import Volume

__all__ = [
    "WINDOWS",
    "Atlas",
    "Case",
    "LabelMap",
    "MeanLabels",
    "Volume",
    "baseline",
    "crop_to_foreground",
    "measure",
    "odd_cases",
    "phantom",
    "regrid",
    "resample",
    "samples",
    "shape_statistics",
    "window",
]
