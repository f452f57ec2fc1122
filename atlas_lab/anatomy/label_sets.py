"""How common public label sets name AbdomenAtlas structures: source id → AbdomenAtlas name.

Merged left-right pairs keep the organ's bare name (`kidney`): an importer splits them in world millimetres. A tumour
belongs to its organ too, so importers write `liver` as the union of both ids. Sources: each set's own dataset.json or
class table.
"""

import re
from dataclasses import dataclass, field

from atlas_lab.anatomy.releases import BY_NAME
from atlas_lab.errors import InputError, nearest


@dataclass(frozen=True)
class LabelSet:
    """One public label set: the ids it writes, and its names where they differ from AbdomenAtlas names.

    `ids` maps a source id to an AbdomenAtlas name (several ids may map to one name: they are united), `aliases` maps a
    source name to an AbdomenAtlas name, `last` is the highest id the set writes where that is beyond `ids`.
    """

    name: str
    ids: dict[int, str]
    aliases: dict[str, str] = field(default_factory=dict)
    last: int = 0

    @property
    def known(self) -> frozenset[int]:
        """Every id the set may write, those without an AbdomenAtlas name included."""
        return frozenset(range(1, max(self.last, *self.ids) + 1))

    @property
    def merged(self) -> tuple[str, ...]:
        """The names that hold both sides of a pair."""
        return tuple(name for name in self.ids.values() if pair(name))


# what the sets call a structure → what AbdomenAtlas calls it; compared in lower case, with _ for any separator
ALIASES: dict[str, str] = {
    "gallbladder": "gall_bladder",
    "gall": "gall_bladder",
    "arota": "aorta",  # as AMOS's own dataset.json spells it
    "oesophagus": "esophagus",
    "eso": "esophagus",
    "sto": "stomach",
    "ivc": "postcava",
    "inferior_vena_cava": "postcava",
    "portal_and_splenic_vein": "portal_vein_and_splenic_vein",
    "portal_and_splenic_veins": "portal_vein_and_splenic_vein",
    "veins": "portal_vein_and_splenic_vein",
    "small_bowel": "intestine",
    "small_intestine": "intestine",
    "urinary_bladder": "bladder",
    "hepatic_vessels": "hepatic_vessel",
    "liver_vessels": "hepatic_vessel",
    "kidneys": "kidney",
    "lungs": "lung",
    "adrenal": "adrenal_gland",
    "adrenal_glands": "adrenal_gland",
    "adrenals": "adrenal_gland",
    "femurs": "femur",
    "rkid": "kidney_right",
    "lkid": "kidney_left",
    "rk": "kidney_right",
    "lk": "kidney_left",
    "rad": "adrenal_gland_right",
    "lad": "adrenal_gland_left",
    "rag": "adrenal_gland_right",
    "lag": "adrenal_gland_left",
    "colon_tumor_primaries": "colon_tumor",
}

# how the sets spell one word of a name
_WORDS: dict[str, str] = {
    "tumour": "tumor",
    "tumours": "tumor",
    "tumors": "tumor",
    "cancer": "tumor",
    "lesion": "tumor",
    "lesions": "tumor",
    "cysts": "cyst",
    "l": "left",
    "r": "right",
}


def _numbered(names: str) -> dict[int, str]:
    return dict(enumerate(names.split(), 1))


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
        _numbered(
            "spleen kidney_right kidney_left gall_bladder esophagus liver stomach aorta postcava portal_vein_and_splenic_vein "
            "pancreas adrenal_gland_right adrenal_gland_left"),
    ),
    LabelSet(
        "amos",
        _numbered(
            "spleen kidney_right kidney_left gall_bladder esophagus liver stomach aorta postcava pancreas adrenal_gland_right "
            "adrenal_gland_left duodenum bladder prostate_uterus"),
    ),
    LabelSet(
        "flare22",
        _numbered(
            "liver kidney_right spleen pancreas aorta postcava adrenal_gland_right adrenal_gland_left gall_bladder esophagus "
            "stomach duodenum kidney_left"),
    ),
    LabelSet(
        "word",
        _numbered(
            "liver spleen kidney_left kidney_right stomach gall_bladder esophagus pancreas duodenum colon intestine "
            "adrenal_gland rectum bladder femur_left femur_right"),
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
        last=117,
    ),
    LabelSet("abdomenct1k", {1: "liver", 2: "kidney", 3: "spleen", 4: "pancreas"}),
    LabelSet("chaos", {1: "liver"}),
    LabelSet("ctorg", {1: "liver", 2: "bladder", 3: "lung", 4: "kidney"}, last=6),
    LabelSet("lits", {1: "liver", 2: "liver_tumor"}),
    LabelSet("kits", {1: "kidney", 2: "kidney_tumor", 3: "kidney_cyst"}),
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
    words = [_WORDS.get(word, word) for word in re.findall(r"[^\W_]+", source_name.lower())]
    plain = "_".join(words)
    known = ALIASES | (aliases or {})
    if plain in known or plain in BY_NAME:
        return known.get(plain, plain)
    sides = [word for word in words if word in ("left", "right")]
    if len(sides) == 1:
        organ = "_".join(word for word in words if word != sides[0]).removeprefix("head_of_").removesuffix("_head")
        if pair(known.get(organ, organ)):
            return f"{known.get(organ, organ)}_{sides[0]}"
    return plain


def pair(name: str) -> tuple[str, str] | None:
    """The left and right structure that a merged name holds (`kidney`), None for any other name."""
    sides = (f"{name}_left", f"{name}_right")
    return sides if sides[0] in BY_NAME and name not in BY_NAME else None
