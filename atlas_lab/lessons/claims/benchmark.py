"""How algorithms compare when a third party tests them, and what detection in patients reaches."""

from atlas_lab.lessons.claims.claim import FROM_MEMORY, Claim

_TOUCHSTONE = "Bassi et al., NeurIPS 2024, arXiv 2411.03670"
_RANK = "13_benchmark"

BENCHMARK = (
    Claim(
        id="touchstone_best",
        part="benchmark",
        claim="Tested by a third party on thousands of CTs of a hospital that nobody trained on, the best algorithms are close.",
        published="MedNeXt 89.2, MedFormer 89.0, STU-Net-B 89.0, nnU-Net 88.9, ResEncL 88.8, UniSeg 88.8, Diff-UNet 88.5, LHU-Net"
        " 88.0 … SAM-Adapter 73.4 DSC %; n = 5,172 CTs (5,160 in the paper)",
        value=89.2,
        unit="DSC %",
        method="19 algorithms of 14 teams trained on AbdomenAtlas 1.0 Mini (5,195 CTs, 76 hospitals); mean over 9 structures of"
        " Johns Hopkins CTs; the value is the best",
        source=_TOUCHSTONE,
        notebook=_RANK,
    ),
    Claim(
        id="touchstone_transformers",
        part="benchmark",
        claim="Convolutional networks of the nnU-Net family are ahead of plain vision transformers.",
        published="nnU-Net 88.9 against UNesT 84.9, Swin UNETR 84.8, UNETR 83.3 DSC %",
        value=88.9,
        unit="DSC %",
        method="as the leaderboard; the value is that of nnU-Net",
        source=_TOUCHSTONE,
        notebook=_RANK,
    ),
    Claim(
        id="touchstone_order_changes",
        part="benchmark",
        claim="The order of a leaderboard does not hold on CTs from elsewhere.",
        published="TotalSegmentator, mean DSC of cases: ResEncL 0.778, STU-Net-B 0.766, MedFormer 0.751, nnU-Net 0.744,"
        " MedNeXt 0.739, UniSeg 0.718, … SAM-Adapter 0.231; n = 616 CTs",
        value=None,
        unit="DSC",
        method="the same networks; cases with at least one structure, mean over the structures present",
        source=f"{_TOUCHSTONE}, tables of single cases in its repository",
        notebook=_RANK,
        note="recomputed by atlas_lab from the published tables of single cases",
    ),
    Claim(
        id="touchstone_speed",
        part="benchmark",
        claim="Inference time differs fivefold between algorithms of like accuracy.",
        published="0.12 s (SegVol) to 0.61 s (Diff-UNet V2) a slice",
        value=0.12,
        unit="s per CT slice",
        method="inference on one CT slice; the value is the fastest",
        source="Touchstone abstract, RSNA 2024",
        notebook=_RANK,
    ),
    Claim(
        id="felix_patients",
        part="benchmark",
        claim="Segmentation finds pancreatic cancer in patients.",
        published="about 97 % sensitivity and 99 % specificity for ductal adenocarcinoma,"
        " about 80 to 90 % for other tumours and cysts",
        value=None,
        unit="%",
        method="a patient is positive when the predicted lesion volume is above a threshold chosen on validation CTs",
        source="FELIX, medRxiv 2022.09.24.22280071",
        notebook="10_fine_tuning",
        note=FROM_MEMORY,
    ),
)
