"""What was published, as published: other CTs, other networks, thousands of hours. Never to be read as ours."""

import pandas as pd

from atlas_lab.evaluation.statistics import proportion

HU = "Hu et al., CVPR 2023, arXiv 2303.14869 (handcrafted tumours, LiTS)"
CHEN = "Chen et al., CVPR 2024, arXiv 2402.19470 (diffusion)"

_TUMOURS = {"below 5 mm": 304, "5 to 10 mm": 292, "above 10 mm": 232}  # real tumours of LiTS by radius
_REAL = (158, 254, 226)  # of them found after training on real tumours
_SYNTHETIC = (188, 247, 225)
_MIXTURES = {"1:9": 51.2, "3:7": 55.3, "5:5": 56.6, "7:3": 51.5, "9:1": 53.2}  # real : synthetic, of 104 CTs
_ORIGIN = {  # precision and recall in % of the radiomics classifier, and the range of three radiologists
    "liver": (33.5, "32.7 to 34.5", 31.1, "30.0 to 32.5"),
    "pancreas": (34.6, "33.3 to 36.9", 39.4, "35.8 to 45.8"),
    "kidney": (35.4, "33.9 to 36.9", 33.1, "31.7 to 35.0"),
}


def published_dsc() -> pd.DataFrame:
    """Tumour DSC in %, with method and source of each row."""
    whole = "Swin UNETR, 101 real CTs against 116 healthy ones with synthetic tumours; as the talk shows it"
    rows = [
        ("trained on real tumours", "58 [52, 63]", whole, HU),
        ("trained on synthetic tumours", "60 [55, 65]", whole, HU),
        *((f"real : synthetic {name}", f"{value:g}", "104 CTs in all", HU) for name, value in _MIXTURES.items()),
        ("synthetic, new at each step", "52.9", "the same network and CTs", f"{HU}, FAQ"),
        ("synthetic, kept on disk", "43.5", "the same network and CTs", f"{HU}, FAQ"),
    ]
    return pd.DataFrame(rows, columns=["arm", "DSC %", "method", "source"]).set_index("arm")


def published_bins() -> pd.DataFrame:
    """Real tumours found by radius, after training on real and on synthetic ones; the intervals (Wilson, 95 %) are ours."""
    rows = {}
    for (name, n), real, synthetic in zip(_TUMOURS.items(), _REAL, _SYNTHETIC, strict=True):
        rows[name] = {"n": n} | {
            arm: f"{hits}/{n} = {100 * hits / n:.1f} % [{100 * share.low:.0f}, {100 * share.high:.0f}]"
            for arm, hits, share in (
                ("real", real, proportion(real, n)),
                ("synthetic", synthetic, proportion(synthetic, n)),
            )
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("radius").assign(source=HU)


def published_origin() -> pd.DataFrame:
    """How well the organ of a tumour below 10 mm radius is told, in %; chance is 33.3."""
    columns = ["precision, radiomics", "precision, radiologists", "recall, radiomics", "recall, radiologists"]
    return pd.DataFrame.from_dict(_ORIGIN, orient="index", columns=columns).rename_axis("organ").assign(source=CHEN)
