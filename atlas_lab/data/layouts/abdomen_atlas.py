"""AbdomenAtlas layout: `BDMAP_00000001/{ct.nii.gz, combined_labels.nii.gz, segmentations/liver.nii.gz …}`."""

import os
from pathlib import Path
from typing import ClassVar

from atlas_lab import anatomy
from atlas_lab.data import label_files
from atlas_lab.data.case import COMBINED, CT_NAMES, MASKS, Case, find_ct, read_facts, require_ct
from atlas_lab.data.label_files import ClassMap
from atlas_lab.data.layouts.base import Found, Layout, stamp


class AbdomenAtlas(Layout):
    """The layout of every public AbdomenAtlas release, and of the atlases atlas_lab writes."""

    name: ClassVar[str] = "abdomenatlas"

    def __init__(self, class_map: ClassMap | None = None) -> None:
        self.class_map = class_map

    def recognises(self, root: Path) -> bool:
        with os.scandir(root) as entries:
            return any(entry.is_dir() and find_ct(Path(entry.path)) is not None for entry in entries)

    def stamps(self, root: Path) -> dict[str, str]:
        stamps = {}
        with os.scandir(root) as entries:
            names = [e.name for e in entries if not e.name.startswith(".") and e.is_dir()]
        for name in sorted(names):
            folder = root / name
            ct = next((s for s in (stamp(folder / n) for n in CT_NAMES) if s != "-"), None)
            if ct is not None or (folder / MASKS).is_dir():
                stamps[name] = f"{ct}|{stamp(folder, folder / MASKS)}|{self.class_map}"  # names what combined labels hold
        return stamps

    def find(self, root: Path, id: str) -> Found:
        folder = root / id
        ct = require_ct(folder)
        files = label_files.structure_files(folder / MASKS)
        facts = read_facts(folder)
        labels = [f"{id}/{MASKS}/{path.name}" for path in files.values()]
        structures = tuple(files)
        if not files and (folder / COMBINED).exists():
            # which ids occur is only known after a decode; the release says what may
            labels = [f"{id}/{COMBINED}"]
            names = self.class_map if self.class_map is not None else facts.get("class_map", str(facts.get("release", "1.1")))
            structures = tuple(anatomy.class_map(names, tumors=False))
        return Found(id, f"{id}/{ct.name}", tuple(labels), structures, dict(facts.get("meta", {})))

    def open(self, root: Path, found: Found) -> Case:
        return Case.open(root / found.id, class_map=self.class_map)
