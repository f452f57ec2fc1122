"""What synthetic tumours can stand in for."""

from atlas_lab.lessons.claims.claim import UNREAD, Claim

_HU = "Hu et al., CVPR 2023, arXiv 2303.14869"
_CHEN = "Chen et al., CVPR 2024, arXiv 2402.19470"
_TRAIN = "07_train_on_synthetic"
UNANSWERED = "no lesson answers it yet"


def _by_radius(id: str, radius: str, published: str, value: float) -> Claim:
    """One row of the detection table."""
    return Claim(
        id=id,
        part="synthesis",
        claim=f"Training on synthetic tumours finds about as many liver tumours of {radius} radius as training on real ones.",
        published=published,
        value=value,
        unit="% found",
        method="real tumours of LiTS by radius of the sphere of equal volume; the value is that of training on synthetic ones",
        source=_HU,
        notebook=_TRAIN,
        note="handcrafted tumours, though the talk shows the table under diffusion",
    )


SYNTHESIS = (
    Claim(
        id="synthetic_matches_real",
        part="synthesis",
        claim="A network that has seen only synthetic liver tumours segments real ones as well as one trained on real tumours.",
        published="tumour DSC 59.8 % (NSD 61.3) from synthetic against 57.6 % (NSD 58.7; a bar chart says 58.1) from real;"
        " workshop version 52.0 [39.0, 65.0] against 52.3 [38.1, 66.5]; U-Net 57.3 against 56.4 to 56.7",
        value=59.8,
        unit="DSC %",
        method="Swin UNETR base, pre-trained; 116 healthy CTs with handcrafted tumours against 101 annotated CTs of LiTS; mean of"
        " cases, NSD at 2 mm",
        source=_HU,
        notebook=_TRAIN,
    ),
    _by_radius("detection_below_5_mm", "below 5 mm", "61.8 % (188 of 304) from synthetic against 52.0 % (158) from real", 61.8),
    _by_radius("detection_5_to_10_mm", "5 to 10 mm", "84.6 % (247 of 292) from synthetic against 87.0 % (254) from real", 84.6),
    _by_radius("detection_above_10_mm", "above 10 mm", "97.0 % (225 of 232) from synthetic against 97.4 % (226) from real", 97.0),
    Claim(
        id="mix_of_real_and_synthetic",
        part="synthesis",
        claim="Real and synthetic CTs mixed half and half do better than a mix in which either rules.",
        published="real : synthetic 1:9 51.2, 3:7 55.3, 5:5 56.6, 7:3 51.5, 9:1 53.2 DSC %",
        value=56.6,
        unit="DSC %",
        method="104 CTs in all, liver tumours; the value is that of the even mix",
        source=_HU,
        notebook=_TRAIN,
    ),
    Claim(
        id="tumors_made_on_the_fly",
        part="synthesis",
        claim="New tumours at each training step beat a stored set of them: variety is what teaches.",
        published="52.9 DSC % on the fly against 43.5 DSC % from tumours kept on disk",
        value=52.9,
        unit="DSC %",
        method="liver tumours, the same network and CTs",
        source=f"{_HU}, FAQ",
        notebook=_TRAIN,
    ),
    Claim(
        id="vessels_need_no_care",
        part="synthesis",
        claim="For training it does not matter whether synthetic tumours keep clear of vessels.",
        published="52.8 DSC % with the vessel step, 52.9 DSC % without",
        value=52.8,
        unit="DSC %",
        method="liver tumours, the same network and CTs; the value is that with the step",
        source=f"{_HU}, FAQ",
        notebook=_TRAIN,
        note=UNANSWERED,
    ),
    Claim(
        id="synthetic_stress_test",
        part="synthesis",
        claim="Synthetic tumours of chosen size and contrast show where a network fails.",
        published="DSC % at 1, 2 and 3 SD of size: U-Net++ 68.45 / 63.01 / 9.27, nnU-Net 80.23 / 59.55 / 5.39, Swin UNETR"
        " 82.62 / 65.95 / 26.08; of intensity: 90.16 / 75.58 / 26.99, 91.60 / 83.61 / 30.53, 88.95 / 79.36 / 12.87",
        value=None,
        unit="DSC %",
        method="test sets of synthetic liver tumours ever further from the mean",
        source=_HU,
        notebook=_TRAIN,
        note=UNANSWERED,
    ),
    Claim(
        id="automaton_tumors",
        part="synthesis",
        claim="Tumours grown cell by cell, with no drawn shape, train a segmentation of liver, pancreas and kidney tumours.",
        published="5 folds of LiTS (100 / 25 CTs), MSD pancreas (96 / 24) and KiTS (96 / 24); 3 radiologists judged the tumours",
        value=None,
        unit="DSC %",
        method="a cellular automaton on the CT; training as in Hu et al. 2023",
        source="Lai et al., MICCAI 2024, arXiv 2403.06459",
        notebook=_TRAIN,
        note=UNREAD,
    ),
    Claim(
        id="early_tumors_look_alike",
        part="synthesis",
        claim="Early tumours look alike in liver, pancreas and kidney: nobody can tell the organ from the tumour.",
        published="precision 32.7 to 36.9 %, recall 30.0 to 45.8 %; chance 33 %",
        value=33,
        unit="% precision",
        method="3 radiologists and a radiomics classifier name the organ of a tumour of less than 10 mm radius; value: chance",
        source=_CHEN,
        notebook=_TRAIN,
    ),
    Claim(
        id="diffusion_across_organs",
        part="synthesis",
        claim="Diffusion trained on the tumours of one organ makes tumours that help to find those of others.",
        published="+10.7 DSC % across organs against training on real tumours only",
        value=10.7,
        unit="DSC %",
        method="autoencoder on 9,262 CTs without labels, diffusion on few annotated tumours; liver, pancreas, kidney",
        source=_CHEN,
        notebook=_TRAIN,
        note=f"from abstract and summary; {UNANSWERED}",
    ),
    Claim(
        id="diffusion_across_demographics",
        part="synthesis",
        claim="Synthetic tumours on the CTs of other patient groups make up for what the real ones lack.",
        published="+6.9 DSC % and +16.4 % sensitivity across demographics against training on real tumours only",
        value=16.4,
        unit="% sensitivity",
        method="tests on patient groups that the real tumours do not cover; the value is the sensitivity",
        source=_CHEN,
        notebook=_TRAIN,
        note="from abstract and summary",
    ),
)
