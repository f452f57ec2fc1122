"""CT volumes, label maps, cases and atlases: on disk, in memory, from hubs and scanners."""

from atlas_lab.data.atlas import Atlas
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume

__all__ = ["Atlas", "Case", "LabelMap", "Volume"]
