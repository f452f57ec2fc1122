"""A small patient on disk, and the cells that open and show it."""

import dataclasses
import functools

import nibabel as nib
import numpy as np

from atlas_lab.data.phantom import patient

OPEN = "import os, numpy as np\nimport atlas_lab as al\nopen('pid.txt', 'w').write(str(os.getpid()))\ncase = al.Case.open('{}')"
VIEW = "viewer = al.view(case, edit='liver')\nviewer"


@functools.cache
def phantom():
    return patient(0, shape=(64, 64, 48), spacing=(5.0, 5.0, 8.0)).case()


def stored(folder, codes="RAS", name="case"):
    """A phantom patient on disk in an orientation; returns its CT in RAS+."""
    made = dataclasses.replace(phantom(), id=name, folder=None)
    made.save(folder, overwrite=True)
    for path in (folder / name).rglob("*.nii.gz"):
        image = nib.load(path)
        turn = nib.orientations.ornt_transform(
            nib.orientations.io_orientation(image.affine), nib.orientations.axcodes2ornt(codes)
        )
        turned = image.as_reoriented(turn)
        nib.save(nib.Nifti1Image(np.asarray(turned.dataobj), turned.affine), path)
    return made.ct
