"""Lesions and their mimics by type: where they grow, how large, how they look in each phase.

Contrasts (lesion minus organ, HU; facts: typical values): hypovascular liver metastasis plain -25..-5, arterial -40..-10,
portal -70..-30; hepatocellular carcinoma arterial +20..+60, portal -40..-10 (washout); pancreatic ductal adenocarcinoma
about 0, -50..-20, -40..-10, often with a dilated duct; neuroendocrine tumour arterial +20..+80; renal cell carcinoma
nephrographic -120..-50. Cysts hold 0..20 HU of fluid; a haemangioma's rim is as bright as blood and fills in;
calcification is above 130 HU. Where the facts give no value (marked "assumed") general radiology fills in.
"""

from dataclasses import dataclass

from atlas_lab.data.phantom.tissue import Levels, Range, always, by_phase

KIDNEYS = ("kidney_right", "kidney_left")


@dataclass(frozen=True)
class LesionKind:
    """One row of the table.

    `label` is the mask it belongs to, None for a mimic. In a share `chance` of patients there are `count` of them, each
    of a diameter in `diameter_mm`. `contrast` is HU relative to the organ, or `absolute`. `site` names the rule of
    `sites`; `sink` is how deep the centre lies in the organ, in radii (below 0 it bulges out). The rest is the `Look`.
    """

    name: str
    label: str | None
    organs: tuple[str, ...]
    chance: float
    count: tuple[int, int]
    diameter_mm: Range
    contrast: Levels
    absolute: bool = False
    site: str = "anywhere"
    sink: float = 0.5
    edge_mm: Range = (0.2, 1.2)
    speckle: Range = (4.0, 9.0)
    patch: Range = (0.0, 4.0)
    rim: Levels | None = None
    rim_mm: float = 3.0
    core: Levels | None = None
    clumped: bool = False
    smooth: bool = False
    duct: float = 0.0

    @property
    def synthetic_twin(self) -> bool:
        """Whether a synthesiser makes it: solid tumours of liver, pancreas and kidney."""
        return self.label in ("liver_tumor", "pancreas_tumor", "kidney_tumor") and not self.absolute


LESIONS: tuple[LesionKind, ...] = (
    LesionKind(
        "metastasis",
        "liver_tumor",
        ("liver",),
        0.28,
        (1, 6),
        (2.5, 60),
        by_phase((-25, -5), (-40, -10), (-70, -30)),
        site="outer",
        rim=by_phase((0, 0), (0, 30), (0, 18)),
        core=by_phase((-8, 0), (-18, 0), (-22, 0)),
    ),
    LesionKind(
        "hepatocellular_carcinoma",
        "liver_tumor",
        ("liver",),
        0.14,
        (1, 2),
        (5, 60),
        by_phase((-15, 0), (20, 60), (-40, -10)),  # plain: assumed
        edge_mm=(0.1, 0.6),
        speckle=(8, 16),
        patch=(3, 9),
        rim=by_phase((-5, 0), (-15, 0), (10, 40)),  # the capsule takes contrast late
        rim_mm=2.0,
        core=by_phase((-6, 0), (-15, 0), (-10, 0)),
    ),
    LesionKind(
        "pancreatic_ductal_adenocarcinoma",
        "pancreas_tumor",
        ("pancreas",),
        0.13,
        (1, 1),
        (6, 45),
        by_phase((-4, 4), (-50, -20), (-40, -10)),
        site="head",
        sink=0.2,
        edge_mm=(1.5, 3.5),
        speckle=(3, 7),
        duct=0.7,
    ),
    LesionKind(
        "pancreatic_neuroendocrine_tumor",
        "pancreas_tumor",
        ("pancreas",),
        0.06,
        (1, 1),
        (4, 40),
        by_phase((-4, 4), (20, 80), (5, 35)),  # portal: assumed
        sink=0.2,
        edge_mm=(0.1, 0.7),
        core=by_phase((0, 0), (-15, 0), (-10, 0)),
    ),
    LesionKind(
        "pancreatic_cyst",
        "pancreas_tumor",
        ("pancreas",),
        0.08,
        (1, 2),
        (4, 40),
        always(2, 20),
        absolute=True,
        sink=0.1,
        edge_mm=(0.1, 0.5),
        speckle=(0, 1),
        patch=(0, 0),
    ),
    LesionKind(
        "renal_cell_carcinoma",
        "kidney_tumor",
        KIDNEYS,
        0.16,
        (1, 1),
        (6, 60),
        by_phase((-4, 10), (-70, 20), (-120, -50)),  # plain and arterial: assumed
        site="surface",
        sink=0.0,
        edge_mm=(0.2, 0.9),
        speckle=(8, 16),
        patch=(4, 12),
        core=by_phase((-6, 0), (-50, 0), (-45, 0)),
    ),
    LesionKind(
        "renal_cyst",
        "kidney_cyst",
        KIDNEYS,
        0.32,
        (1, 3),
        (4, 50),
        always(0, 20),
        absolute=True,
        site="surface",
        sink=0.1,
        edge_mm=(0.1, 0.3),
        speckle=(0, 1),
        patch=(0, 0),
        smooth=True,
    ),
    LesionKind(
        "colon_carcinoma",
        "colon_tumor",
        ("colon",),
        0.1,
        (1, 1),
        (12, 55),
        by_phase((35, 50), (60, 95), (70, 105)),  # assumed: as the wall or a little brighter
        absolute=True,
        site="wall",
        sink=-0.2,
        edge_mm=(0.3, 1.0),
        core=by_phase((-8, 0), (-20, 0), (-20, 0)),
    ),
    LesionKind(
        "lung_nodule",
        "lung_tumor",
        ("lung_right", "lung_left"),
        0.14,
        (1, 5),
        (3, 30),
        by_phase((5, 45), (15, 70), (15, 70)),  # assumed: solid nodules
        absolute=True,
        sink=0.4,
        edge_mm=(0.1, 1.5),
    ),
)
MIMICS: tuple[LesionKind, ...] = (
    LesionKind("liver_cyst", None, ("liver",), 0.24, (1, 4), (3, 40), always(0, 20), absolute=True,
               edge_mm=(0.1, 0.3), speckle=(0, 1), patch=(0, 0), smooth=True),
    LesionKind("haemangioma", None, ("liver",), 0.12, (1, 2), (6, 40),
               by_phase((-20, -8), (-25, -8), (-15, 15)), site="outer", edge_mm=(0.1, 0.5), speckle=(2, 5),
               rim=by_phase((0, 0), (110, 200), (30, 70)), rim_mm=5.0, clumped=True),
    LesionKind("focal_fat", None, ("liver",), 0.12, (1, 1), (10, 35),
               by_phase((-30, -12), (-35, -15), (-45, -20)), site="ligament", edge_mm=(2.0, 5.0), speckle=(1, 4)),
    LesionKind("unopacified_bowel", None, ("intestine",), 0.5, (1, 1), (18, 45),
               by_phase((30, 48), (45, 85), (60, 110)), absolute=True, site="jejunum", edge_mm=(0.1, 0.5)),
    LesionKind("aortic_plaque", None, ("aorta",), 0.45, (1, 7), (4, 11), always(250, 900), absolute=True,
               site="wall", sink=-0.3, edge_mm=(0.0, 0.2), speckle=(0, 0), patch=(0, 0)),
    LesionKind("renal_stone", None, KIDNEYS, 0.12, (1, 3), (3, 9), always(300, 900), absolute=True,
               site="inner", sink=0.8, edge_mm=(0.0, 0.2), speckle=(0, 0), patch=(0, 0)),
    LesionKind("gallstone", None, ("gall_bladder",), 0.16, (1, 4), (4, 14), always(60, 350), absolute=True,
               site="dependent", sink=0.9, edge_mm=(0.0, 0.2), speckle=(0, 6), patch=(0, 0)),
    LesionKind("granuloma", None, ("liver", "spleen"), 0.14, (1, 3), (3, 9), always(180, 600), absolute=True,
               edge_mm=(0.0, 0.3), speckle=(0, 0), patch=(0, 0)),
)  # fmt: skip
BY_TYPE = {kind.name: kind for kind in (*LESIONS, *MIMICS)}
LABELS = tuple(dict.fromkeys(kind.label for kind in LESIONS if kind.label))
