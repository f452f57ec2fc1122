"""The 25 labelled structures, one row each, in order of precedence (canonical mm: x right, y front, z head).

A row says where a structure lies, what it is made of, how it meets its neighbours and how patients differ. HU come
from the anatomy table; sizes are tuned so that volumes fall into that table's ranges.
"""

from atlas_lab.data.phantom.organs.bowel import COLON, DUODENUM, INTESTINE, RECTUM
from atlas_lab.data.phantom.organs.glands import ADRENALS, GALL_BLADDER, KIDNEYS, LIVER, PANCREAS, SPLEEN
from atlas_lab.data.phantom.organs.pelvis import BLADDER, HIPS, PROSTATE
from atlas_lab.data.phantom.organs.thorax import ESOPHAGUS, LUNGS
from atlas_lab.data.phantom.organs.upper import STOMACH
from atlas_lab.data.phantom.organs.vessels import AORTA, CELIAC_TRUNK, HEPATIC_VESSEL, PORTAL_VEIN, POSTCAVA
from atlas_lab.data.phantom.part import Part

ORGANS: tuple[Part, ...] = (
    *HIPS,
    AORTA,
    POSTCAVA,
    CELIAC_TRUNK,
    PORTAL_VEIN,
    *ADRENALS,
    *KIDNEYS,
    ESOPHAGUS,
    *LUNGS,
    DUODENUM,
    PANCREAS,
    GALL_BLADDER,
    PROSTATE,
    BLADDER,
    RECTUM,
    SPLEEN,
    STOMACH,
    COLON,
    LIVER,
    INTESTINE,
    HEPATIC_VESSEL,
)

__all__ = ["ORGANS"]
