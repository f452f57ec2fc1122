"""Whether radiologists can tell synthetic tumours from real ones."""

from atlas_lab.lessons.claims.claim import Claim

_HU = "Hu et al., CVPR 2023, arXiv 2303.14869"
_CHEN = "Chen et al., CVPR 2024, arXiv 2402.19470"
_STUDY = "08_reader_study"
_METHOD = "50 CTs (20 real, 30 synthetic) with three answers: real, synthetic, unsure; positive means synthetic"


def _specificity(id: str, organ: str, readers: str) -> Claim:
    """One organ of the reader study on diffusion."""
    return Claim(
        id=id,
        part="readers",
        claim=f"Radiologists take many synthetic {organ} tumours made by diffusion for real.",
        published=f"specificity {readers} % of four readers; sensitivity above 90 % for all",
        value=None,
        unit="% specificity",
        method="120 real and 120 synthetic CTs, 3D view, forced choice, positive means real; one number for each reader",
        source=_CHEN,
        notebook=_STUDY,
        note="from notes on the paper; calling everything real gives the same pattern, so look at d′ too",
    )


READERS = (
    Claim(
        id="reader_junior",
        part="readers",
        claim="A junior reader cannot sort synthetic liver tumours from real ones.",
        published="accuracy 26.5 % (13 of 49, 1 unsure), sensitivity 27.6 %, specificity 25.0 %",
        value=26.5,
        unit="% accuracy",
        method=_METHOD,
        source=_HU,
        notebook=_STUDY,
        note="reliably wrong is not the same as unable to tell: these counts lie below chance",
    ),
    Claim(
        id="reader_senior",
        part="readers",
        claim="A senior reader sorts them better, and is unsure of many.",
        published="accuracy 71.0 % (22 of 31, 19 unsure), sensitivity 63.2 %, specificity 83.3 %",
        value=71.0,
        unit="% accuracy",
        method=_METHOD,
        source=_HU,
        notebook=_STUDY,
        note="counts above chance; the published pass mark asks only that fewer than half of all fakes are picked out",
    ),
    _specificity("reader_liver", "liver", "31.7 / 22.5 / 39.2 / 45.8"),
    _specificity("reader_pancreas", "pancreas", "22.5 / 44.2 / 34.2 / 38.8"),
    _specificity("reader_kidney", "kidney", "36.7 / 55.0 / 40.8 / 51.7"),
)
