"""The CTs both viewers show, as files, and the cells that show them."""

from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
from scipy import ndimage

from atlas_lab import anatomy
from atlas_lab.data import Case, LabelMap
from atlas_lab.data.label_files import save_combined
from atlas_lab.data.phantom import patient

SMALL = (128, 128, 75)
SMALL_MM = (3.0, 3.0, 4.0)
TIMES = 4
NOISE_HU = 12.0

OURS_IMPORT = "import atlas_lab as al\nal.view, al.Case  # both rooms load when they are first named\nNone"
PEER_IMPORT = "from ipyniivue import MultiplanarType, NiiVue, ShowRender"
_PEER = """\
nv = NiiVue(height=420, multiplanar_layout=MultiplanarType.ROW, multiplanar_show_render=ShowRender.NEVER,
            is_radiological_convention=True)
nv.load_volumes([
    {{"path": {ct!r}, "colormap": "gray", "cal_min": -160, "cal_max": 240}}, {{"path": {labels!r}, "opacity": 0.25}},
])
nv.volumes[1].set_colormap_label({colors})
nv"""


@dataclass(frozen=True)
class Files:
    """A case's folder for us; its CT and one file of ids for the peer."""

    folder: Path
    ct: Path
    labels: Path

    @property
    def ours(self) -> str:
        """The cell that shows it in our viewer: the case is opened in it, everything else is default."""
        return f"viewer = al.view(al.Case.open({str(self.folder)!r}))\nviewer"

    @property
    def peers(self) -> str:
        """The cell that shows the same in ipyniivue: three planes, radiological, our window, a colour for every id."""
        return _PEER.format(ct=str(self.ct), labels=str(self.labels), colors=_colors())

    def at_centre(self, ours: bool) -> str:
        """The cell that moves the crosshair to the middle voxel, and hides the peer's."""
        if ours:
            return f"viewer.voxel = {tuple(n // 2 for n in nib.load(self.ct).shape)}"
        return "nv.opts.crosshair_width = 0\nnv.scene.crosshair_pos = [0.5, 0.5, 0.5]"


def real(case: Path, folder: Path) -> Files:
    """A case as it is, its masks also in one file."""
    labels = folder / "organs.nii.gz"
    save_combined(Case.open(case).labels, labels)
    return Files(case, case / "ct.nii.gz", labels)


def large(folder: Path) -> Files:
    """A phantom patient enlarged to 512 x 512 x 300, with fresh noise so that it compresses like a scan."""
    folder.mkdir()
    small = patient(0, seed=0, shape=SMALL, spacing=SMALL_MM)
    affine = np.diag([-mm / TIMES for mm in SMALL_MM[:2]] + [SMALL_MM[2] / TIMES, 1.0])  # LPS, as scanners write
    ct = ndimage.zoom(small.ct.astype(np.float32), TIMES, order=1)
    ct += NOISE_HU * np.random.default_rng(0).standard_normal(ct.shape, dtype=np.float32)
    nib.save(nib.Nifti1Image(ct.astype(np.int16), affine), folder / "ct.nii.gz")
    structures = LabelMap({s.name: small.masks[s.name] for s in anatomy.STRUCTURES}, small.affine)
    ids = structures.combined
    for axis in range(3):
        ids = ids.repeat(TIMES, axis)
    nib.save(nib.Nifti1Image(ids, affine), folder / "combined_labels.nii.gz")
    return Files(folder, folder / "ct.nii.gz", folder / "combined_labels.nii.gz")


def _colors() -> dict[str, list[int]]:
    """Our colours as NiiVue takes them, id 0 transparent."""
    ids = anatomy.class_map("1.1")
    rgb = [tuple(int(anatomy.color(name)[at : at + 2], 16) for at in (1, 3, 5)) for name in ids]
    columns = zip((0, 0, 0), *rgb, strict=True)
    table = dict(zip("RGB", map(list, columns), strict=True))
    return {**table, "A": [0] + [255] * len(ids), "I": [0, *ids.values()]}
