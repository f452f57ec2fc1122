"""The 25 structures of AbdomenAtlas and its tumour classes: names, ids, colours, typical volumes and HU.

Ids: AbdomenAtlas 1.1 (SuPreM, Li et al., ICLR 2024); release 1.0 (Qu et al., NeurIPS 2023) holds the first nine.
Volumes and HU are general radiology starting points for adults (2.5-97.5 % ranges), not citations. Hollow organs give
the HU of their wall; their contents (gas, fluid, stool) lie outside it.
"""

from dataclasses import dataclass

PHASES = ("non_contrast", "arterial", "portal")

Range = tuple[float, float]


@dataclass(frozen=True)
class Structure:
    """One labelled structure.

    `id` is its value in `combined_labels`, `group` the organ system, `side` is left, right or None, `color` an sRGB
    hex string, `volume_ml` a typical adult range in mL and `hu` a typical range in HU for each of `PHASES`.
    `hollow` says that the HU are those of the wall, while a mask holds gas, fluid or stool too.
    Tumours name the structures they grow in as `hosts`, and have no typical volume or HU of their own.
    """

    name: str
    display: str
    id: int
    group: str
    color: str
    volume_ml: Range | None = None
    hu: dict[str, Range] | None = None
    hosts: tuple[str, ...] = ()
    hollow: bool = False

    @property
    def side(self) -> str | None:
        """Left or right, of the patient; None where there is only one."""
        end = self.name.rsplit("_", 1)[-1]
        return end if end in ("left", "right") else None

    @property
    def is_tumor(self) -> bool:
        return bool(self.hosts)


_HOLLOW = ("stomach", "duodenum", "intestine", "colon", "rectum")


def _organ(name: str, id: int, group: str, color: str, volume: Range, plain: Range, arterial: Range, portal: Range) -> Structure:
    base, _, side = name.rpartition("_")
    display = f"{side} {base}" if side in ("left", "right") else name
    hu = dict(zip(PHASES, (plain, arterial, portal), strict=True))
    return Structure(name, display.replace("_", " "), id, group, color, volume, hu, hollow=name in _HOLLOW)


def _tumor(name: str, id: int, color: str, *hosts: str) -> Structure:
    return Structure(name, name.replace("_", " "), id, "tumor", color, hosts=hosts)


_GLAND_HU: tuple[Range, Range, Range] = ((0, 35), (40, 80), (50, 90))
_KIDNEY_HU: tuple[Range, Range, Range] = ((25, 40), (50, 220), (140, 200))  # arterial: medulla to cortex
_FEMUR_HU: tuple[Range, Range, Range] = ((150, 350), (150, 350), (150, 350))
_LUNG_HU: tuple[Range, Range, Range] = ((-860, -750), (-860, -750), (-860, -750))
_WALL_HU: tuple[Range, Range, Range] = ((30, 45), (50, 80), (70, 100))
_BOWEL_HU: tuple[Range, Range, Range] = ((30, 45), (50, 80), (70, 110))

STRUCTURES: tuple[Structure, ...] = (
    _organ("aorta", 1, "vascular", "#e52751", (30, 120), (35, 50), (250, 400), (140, 190)),
    _organ("gall_bladder", 2, "hepatobiliary", "#17f386", (10, 80), (0, 20), (0, 20), (0, 20)),
    _organ("kidney_left", 3, "urinary", "#ffc71b", (110, 260), *_KIDNEY_HU),
    _organ("kidney_right", 4, "urinary", "#e1f49c", (110, 260), *_KIDNEY_HU),
    _organ("liver", 5, "hepatobiliary", "#b15d00", (1000, 2300), (45, 65), (60, 80), (95, 130)),
    _organ("pancreas", 6, "digestive", "#f9ebbb", (40, 120), (30, 50), (90, 130), (80, 120)),
    _organ("postcava", 7, "vascular", "#0174f3", (30, 110), (35, 50), (40, 60), (110, 160)),
    _organ("spleen", 8, "lymphatic", "#234fed", (80, 450), (40, 55), (100, 150), (105, 140)),
    _organ("stomach", 9, "digestive", "#0a6461", (100, 900), *_WALL_HU),
    _organ("adrenal_gland_left", 10, "endocrine", "#d5b6e0", (2, 7), *_GLAND_HU),
    _organ("adrenal_gland_right", 11, "endocrine", "#b01152", (2, 7), *_GLAND_HU),
    _organ("bladder", 12, "urinary", "#f2ef0c", (50, 500), (0, 15), (0, 15), (0, 15)),
    _organ("celiac_trunk", 13, "vascular", "#f68b0a", (0.5, 3), (35, 50), (250, 400), (140, 190)),
    _organ("colon", 14, "digestive", "#58edd8", (300, 1100), *_WALL_HU),
    _organ("duodenum", 15, "digestive", "#5be3ff", (30, 110), *_BOWEL_HU),
    _organ("esophagus", 16, "digestive", "#acfd6b", (20, 50), (30, 45), (50, 80), (60, 90)),
    _organ("femur_left", 17, "skeletal", "#007ac7", (40, 70), *_FEMUR_HU),
    _organ("femur_right", 18, "skeletal", "#6bbabe", (40, 70), *_FEMUR_HU),
    _organ("hepatic_vessel", 19, "vascular", "#62527a", (15, 80), (35, 50), (50, 70), (130, 180)),
    _organ("intestine", 20, "digestive", "#854c0a", (300, 1200), *_BOWEL_HU),
    _organ("lung_left", 21, "respiratory", "#aaf9fb", (1200, 3600), *_LUNG_HU),
    _organ("lung_right", 22, "respiratory", "#64abfb", (1200, 3600), *_LUNG_HU),
    _organ("portal_vein_and_splenic_vein", 23, "vascular", "#71c7fe", (15, 60), (35, 50), (60, 120), (140, 190)),
    _organ("prostate", 24, "reproductive", "#824c33", (15, 60), (30, 45), (50, 80), (60, 100)),
    _organ("rectum", 25, "digestive", "#d2c672", (30, 150), *_WALL_HU),
)

TUMORS: tuple[Structure, ...] = (
    _tumor("liver_tumor", 26, "#81c09b", "liver"),
    _tumor("pancreas_tumor", 27, "#a983ca", "pancreas"),
    _tumor("kidney_tumor", 28, "#6d479a", "kidney_left", "kidney_right"),
    _tumor("colon_tumor", 29, "#c227bf", "colon"),
    _tumor("lung_tumor", 30, "#c69655", "lung_left", "lung_right"),
    _tumor("hepatic_vessel_tumor", 31, "#768156", "liver"),  # labelled beside its vessels
    _tumor("kidney_cyst", 32, "#2785a3", "kidney_left", "kidney_right"),
)
