"""A foreign file of ids as a label map: tumours joined to their organs, merged pairs split, all of it on first touch."""

from functools import cached_property, partial
from pathlib import Path

from atlas_lab import anatomy
from atlas_lab.data.label_files import IdFile
from atlas_lab.data.label_map import LabelMap, Loader
from atlas_lab.data.layouts.naming import Naming
from atlas_lab.data.layouts.sides import Sides, middle_of_body, share_tumors, split_pair
from atlas_lab.data.masks import CroppedMask
from atlas_lab.data.volume import Volume


def open_labels(path: Path, naming: Naming, ct: Volume) -> LabelMap:
    """A lazy label map on the grid of `ct` with the structures of `naming`.

    InputError on first touch: another grid, or an id the naming does not know.
    """
    grid = ct.disk
    assert grid is not None  # layouts open CTs from files
    file = IdFile(path, grid, naming.known)
    pairs = {side: Pair(file, naming, base, ct) for base in _bases(naming) for side in (f"{base}_left", f"{base}_right")}
    loaders: dict[str, Loader] = {}
    for name in naming.structures:
        if name in pairs:
            loaders[name] = partial(pairs[name].side, name.endswith("_right"))
        else:
            loaders[name] = partial(file.mask, (*naming.ids[name], *naming.tumors_in(name)))
    return LabelMap(loaders, grid.ras_affine, shape=grid.ras_shape, disk=grid)


class Pair:
    """Both sides of an organ, found together: split when the file merges them, each with its own tumours."""

    def __init__(self, file: IdFile, naming: Naming, base: str, ct: Volume) -> None:
        self.file, self.naming, self.base, self.ct = file, naming, base, ct

    def side(self, right: bool) -> CroppedMask:
        """One organ with the tumours in it."""
        return self.sides[right]

    @cached_property
    def sides(self) -> Sides:
        ids, affine = self.naming.ids, self.ct.affine
        left, right = f"{self.base}_left", f"{self.base}_right"
        tumors = self.naming.tumors_in(left)
        if self.base in ids:
            both = split_pair(self.file.mask((*ids[self.base], *tumors)), affine, self._middle)
        else:
            both = self.file.mask(ids.get(left, ())), self.file.mask(ids.get(right, ()))
        return share_tumors(self.file.mask(tumors), both, affine, self._middle) if tumors else both

    def _middle(self) -> float:
        return middle_of_body(self.ct)


def _bases(naming: Naming) -> set[str]:
    """The pairs that need both sides looked at together: merged ones, and those with tumours."""
    merged = {name for name in naming.ids if anatomy.pair(name)}
    sided = {name for name in naming.ids if name in anatomy.BY_NAME and anatomy.BY_NAME[name].side}
    return merged | {name.rpartition("_")[0] for name in sided if naming.tumors_in(name)}
