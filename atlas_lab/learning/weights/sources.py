"""The published weights by name: where they lie, under which licence, and what they have seen."""

from dataclasses import dataclass

from atlas_lab.errors import InputError, nearest


@dataclass(frozen=True)
class Source:
    """A published file. `scans` is how many it saw, None where its publisher does not say; `started_from` what it was before.

    `licences` are all statements that are known, even where they contradict each other; `refused` says why it cannot
    be loaded.
    """

    name: str
    backbone: str
    repo: str
    file: str
    method: str
    paper: str
    scans: int | None
    labels: str
    started_from: str
    licences: tuple[str, ...]
    refused: str = ""

    @property
    def history(self) -> str:
        """What the file was initialised from, how it was trained and on what, in a sentence."""
        scans = "an unstated number of scans" if self.scans is None else f"{self.scans:,} scans"
        return f"{self.method} on {scans} ({self.labels}), started from {self.started_from}; {self.paper}"

    @property
    def licence(self) -> str:
        """Every known statement of the licence, and what follows where they disagree."""
        said = " | ".join(self.licences)
        return f"{said} (these contradict each other: keep to the strictest)" if len(self.licences) > 1 else said


_SUPREM_REPO, _UNIVERSAL_REPO = "MrGiovanni/SuPreM", "ljwztc/CLIP-Driven-Universal-Model"
_CARD = "its page on the hub says Apache-2.0"
_NO_DERIVATIVES = "{} CC BY-NC-ND 4.0: not for commercial use, nothing changed may be passed on"
_SUPREM_LICENCES = (_NO_DERIVATIVES.format("SuPreM's repository says"), _CARD)
_UNIVERSAL_LICENCES = (_NO_DERIVATIVES.format("the Universal Model's repository says"),)
_GENESIS_LICENCES = ("Models Genesis' own licence (Arizona State University) says: not for commercial use", _CARD)
_UNSTATED_LICENCES = (f"{_CARD}; that of the original release is not known to us: ask its authors before you pass anything on",)
_SUPREM, _UNIVERSAL = "SuPreM, ICLR 2024", "CLIP-Driven Universal Model, ICCV 2023"
_SUPREM_LABELS = "25 structures and 7 kinds of tumour, masks; the paper's own network saw 9,262"
_UNIVERSAL_LABELS = "25 organs and 6 kinds of tumour, masks, each scan labelled in part; the paper names 3,410"
_SELF = "self-supervised"

SOURCES = {
    source.name: source
    for source in (
        Source(
            "suprem:unet", "unet", _SUPREM_REPO, "supervised_suprem_unet_2100.pth",
            "supervised", _SUPREM, 2_100, _SUPREM_LABELS, "Models Genesis, self-supervised", _SUPREM_LICENCES,
        ),
        Source(
            "suprem:swin_unetr", "swin_unetr", _SUPREM_REPO, "supervised_suprem_swinunetr_2100.pth",
            "supervised", _SUPREM, 2_100, _SUPREM_LABELS, "NVIDIA's self-supervised Swin UNETR", _SUPREM_LICENCES,
        ),
        Source(
            "suprem:segresnet", "segresnet", _SUPREM_REPO, "supervised_suprem_segresnet_2100.pth",
            "supervised", _SUPREM, 2_100, _SUPREM_LABELS, "scratch", _SUPREM_LICENCES,
        ),
        Source(
            "models_genesis:unet", "unet", _SUPREM_REPO, "self_supervised_models_genesis_unet_620.pt",
            _SELF, "Models Genesis, MICCAI 2019", 620, "chest CT, no labels", "scratch", _GENESIS_LICENCES,
        ),
        Source(
            "nvidia:swin_unetr_5050", "swin_unetr", _SUPREM_REPO, "self_supervised_nv_swin_unetr_5050.pt",
            _SELF, "Tang et al., CVPR 2022", 5_050, "CT, no labels, as its publisher says", "scratch", _UNSTATED_LICENCES,
        ),
        Source(
            "nvidia:swin_unetr_50000", "swin_unetr", _SUPREM_REPO, "self_supervised_nv_swin_unetr_50000.pth",
            _SELF, "Valanarasu et al., Disruptive Autoencoders, 2023", 50_000, "no labels, as its publisher says", "scratch",
            _UNSTATED_LICENCES,
        ),
        Source(
            "universal:unet", "unet", _UNIVERSAL_REPO, "clip_driven_universal_unet.pth",
            "supervised", _UNIVERSAL, None, _UNIVERSAL_LABELS, "weights that its publisher does not name", _UNIVERSAL_LICENCES,
        ),
        Source(
            "universal:swin_unetr", "swin_unetr", _UNIVERSAL_REPO, "clip_driven_universal_swin_unetr.pth",
            "supervised", _UNIVERSAL, None, _UNIVERSAL_LABELS, "NVIDIA's self-supervised Swin UNETR", _UNIVERSAL_LICENCES,
        ),
        *(
            Source(
                f"unimiss:{size}", "unimiss", _SUPREM_REPO, f"self_supervised_unimiss_nnunet_{size}_5022.pth",
                _SELF, "UniMiSS, ECCV 2022", 5_022, "no labels", "scratch", _UNSTATED_LICENCES,
                refused="which of its tensors belongs where is not known to us yet",
            )
            for size in ("tiny", "small")
        ),
    )
}  # fmt: skip


def named(source: str) -> Source | None:
    """The published file of this name, None where the text is not of such a form. InputError: unknown, or refused."""
    if source in SOURCES:
        found = SOURCES[source]
        if found.refused:
            raise InputError(f"{source}: cannot be loaded: {found.refused}; choose another published file, or your own")
        return found
    publisher, colon, _ = source.partition(":")
    if colon and publisher in {name.partition(":")[0] for name in SOURCES}:
        known = ", ".join(name for name, found in SOURCES.items() if not found.refused)
        raise InputError(f"unknown published weights {source!r}: {nearest(source, SOURCES)}known are {known}")
    return None
