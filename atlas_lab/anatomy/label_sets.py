"""How common public label sets name AbdomenAtlas structures: source id → AbdomenAtlas name.

Merged left-right pairs keep the organ's bare name (`kidney`): an importer splits them in world millimetres. A tumour
belongs to its organ too, so importers write `liver` as the union of both ids. Sources: each set's own dataset.json or
class table.
"""

from dataclasses import dataclass, field

from atlas_lab.errors import InputError, nearest


@dataclass(frozen=True)
class LabelSet:
    """One public label set: the ids it writes, and its names where they differ from AbdomenAtlas names.

    `ids` maps a source id to an AbdomenAtlas name (several ids may map to one name: they are united), `aliases` maps a
    source name to an AbdomenAtlas name, `merged` lists the names that hold both sides of a pair.
    """

    name: str
    ids: dict[int, str]
    aliases: dict[str, str] = field(default_factory=dict)
    merged: tuple[str, ...] = ()


# what the sets call a structure → what AbdomenAtlas calls it; compared in lower case, with _ for any separator
ALIASES: dict[str, str] = {
    "gallbladder": "gall_bladder",
    "right_kidney": "kidney_right",
    "left_kidney": "kidney_left",
    "oesophagus": "esophagus",
    "ivc": "postcava",
    "inferior_vena_cava": "postcava",
    "portal_and_splenic_veins": "portal_vein_and_splenic_vein",
    "right_adrenal_gland": "adrenal_gland_right",
    "left_adrenal_gland": "adrenal_gland_left",
    "rad": "adrenal_gland_right",
    "lad": "adrenal_gland_left",
    "small_bowel": "intestine",
    "urinary_bladder": "bladder",
    "prostate_uterus": "prostate",
    "head_of_femur_l": "femur_left",
    "head_of_femur_r": "femur_right",
    "left_lung": "lung_left",
    "right_lung": "lung_right",
    "hepatic_vessels": "hepatic_vessel",
    "tumour": "tumor",
}

_LUNGS = {
    "lung_upper_lobe_left": "lung_left",
    "lung_lower_lobe_left": "lung_left",
    "lung_upper_lobe_right": "lung_right",
    "lung_middle_lobe_right": "lung_right",
    "lung_lower_lobe_right": "lung_right",
}

_SETS = (
    LabelSet(
        "btcv",
        dict(enumerate(
            "spleen kidney_right kidney_left gall_bladder esophagus liver stomach aorta postcava portal_vein_and_splenic_vein "
            "pancreas adrenal_gland_right adrenal_gland_left".split(), 1)),
    ),
    LabelSet(
        "amos",
        dict(enumerate(
            "spleen kidney_right kidney_left gall_bladder esophagus liver stomach aorta postcava pancreas adrenal_gland_right "
            "adrenal_gland_left duodenum bladder prostate".split(), 1)),
    ),
    LabelSet(
        "flare22",
        dict(enumerate(
            "liver kidney_right spleen pancreas aorta postcava adrenal_gland_right adrenal_gland_left gall_bladder esophagus "
            "stomach duodenum kidney_left".split(), 1)),
    ),
    LabelSet(
        "word",
        dict(enumerate(
            "liver spleen kidney_left kidney_right stomach gall_bladder esophagus pancreas duodenum colon intestine "
            "adrenal_gland rectum bladder femur_left femur_right".split(), 1)),
        merged=("adrenal_gland",),
    ),
    LabelSet(
        "totalsegmentator",
        {
            1: "spleen", 2: "kidney_right", 3: "kidney_left", 4: "gall_bladder", 5: "liver", 6: "stomach", 7: "pancreas",
            8: "adrenal_gland_right", 9: "adrenal_gland_left", 10: "lung_left", 11: "lung_left", 12: "lung_right",
            13: "lung_right", 14: "lung_right", 15: "esophagus", 18: "intestine", 19: "duodenum", 20: "colon", 21: "bladder",
            22: "prostate", 52: "aorta", 63: "postcava", 64: "portal_vein_and_splenic_vein", 75: "femur_left",
            76: "femur_right",
        },
        aliases=_LUNGS,
    ),
    LabelSet("abdomenct1k", {1: "liver", 2: "kidney", 3: "spleen", 4: "pancreas"}, merged=("kidney",)),
    LabelSet("chaos", {1: "liver"}),
    LabelSet("ctorg", {1: "liver", 2: "bladder", 3: "lung", 4: "kidney"}, merged=("lung", "kidney")),
    LabelSet("lits", {1: "liver", 2: "liver_tumor"}),
    LabelSet("kits", {1: "kidney", 2: "kidney_tumor", 3: "kidney_cyst"}, merged=("kidney",)),
    LabelSet("msd_liver", {1: "liver", 2: "liver_tumor"}),
    LabelSet("msd_lung", {1: "lung_tumor"}),
    LabelSet("msd_pancreas", {1: "pancreas", 2: "pancreas_tumor"}),
    LabelSet("msd_hepaticvessel", {1: "hepatic_vessel", 2: "hepatic_vessel_tumor"}),
    LabelSet("msd_spleen", {1: "spleen"}),
    LabelSet("msd_colon", {1: "colon_tumor"}),
)  # fmt: skip

LABEL_SETS: dict[str, LabelSet] = {s.name: s for s in _SETS}


def label_set(name: str) -> LabelSet:
    """A public label set by name; InputError names the nearest known one."""
    if name not in LABEL_SETS:
        raise InputError(f"unknown label set {name!r}: {nearest(name, LABEL_SETS)}known are {', '.join(LABEL_SETS)}")
    return LABEL_SETS[name]


def translate(source_name: str, *, aliases: dict[str, str] | None = None) -> str:
    """The AbdomenAtlas name for a structure as another data set spells it (`Left Kidney` → `kidney_left`).

    A name that no table knows comes back in lower case with underscores, so that nothing is dropped silently.
    """
    plain = "_".join(source_name.strip().lower().replace("-", " ").replace("/", " ").replace("_", " ").split())
    known = ALIASES | (aliases or {})
    return known.get(plain, plain)
