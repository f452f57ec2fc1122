"""What the phantom can and cannot stand for, in short; the whole model card is in the documentation."""

from atlas_lab.data.phantom.lesions.statistics import N_SIZES, N


def card() -> str:
    """The model card in a few lines: every lesson that experiments on the phantom prints it."""
    return (
        "The phantom atlas is computed, not scanned: 25 structures, lesions and mimics from published volumes, HU and\n"
        f"contrasts, with lesion shapes fitted on {N} expert liver-tumour masks (sizes on {N_SIZES}). It can show that a method\n"
        "works, how it fails, and which of two methods an assumption favours; turn real_gap and organ_similarity to see how\n"
        "far a result hangs on them. It cannot tell how well a method does on people: no number measured on it is clinical."
    )
