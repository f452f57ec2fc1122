"""How large the releases of the atlas are, and what is in them."""

from atlas_lab.anatomy import RELEASES
from atlas_lab.lessons.claims.claim import Claim

_EXPLORE = "01_explore_volumes"


def _size(id: str, release: str, claim: str, more: str) -> Claim:
    """A release's number of CTs; the number itself stands in `anatomy`."""
    known = RELEASES[release]
    published = f"{known.cts:,} CTs, {more}"
    return Claim(id, "atlas", claim, published, known.cts, "CTs", "count of the release", known.source, _EXPLORE)


ATLAS = (
    _size(
        "atlas_8k_size",
        "8K",
        "AbdomenAtlas-8K outlines eight organs in more than 8,000 CTs.",
        "3.2M slices, 26 hospitals, 15 data sets; 60.6 billion voxels annotated, 15 times the 4.3 billion of the sources",
    ),
    _size(
        "atlas_1_0_size",
        "1.0",
        "AbdomenAtlas 1.0 Mini is a public atlas of nine structures.",
        "46K masks, 9 structures, 76 hospitals",
    ),
    _size(
        "atlas_1_1_size",
        "1.1",
        "AbdomenAtlas 1.1 outlines 25 structures.",
        "231K masks (251,323 with pseudo-masks of 7 tumour types), 25 structures; 112 hospitals for the set of 20,460 CTs",
    ),
    _size("atlas_pro_size", "Pro", "AbdomenAtlas Pro goes beyond 25 structures.", "3.2M masks, more than 25 structures"),
    Claim(
        id="atlas_x_tumors",
        part="atlas",
        claim="AbdomenAtlas X gives every CT synthetic tumours.",
        published="66K tumour masks in liver, pancreas and kidney on 9,262 CTs: 7.1 a CT",
        value=7.1,
        unit="tumours per CT",
        method="tumours made by diffusion, counted",
        source=RELEASES["X"].source,
        notebook="06_tumor_synthesis",
    ),
    Claim(
        id="atlas_phases",
        part="atlas",
        claim="The atlas mixes contrast phases; the portal venous one is the most frequent.",
        published="portal 44 %, arterial 37 %, non-contrast 16 %, delayed 3 % of AbdomenAtlas-8K",
        value=44,
        unit="% of CTs",
        method="share of the CTs in the portal venous phase",
        source="Qu et al., NeurIPS 2023, arXiv 2305.09666",
        notebook=_EXPLORE,
    ),
)
