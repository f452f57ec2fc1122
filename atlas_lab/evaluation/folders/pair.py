"""One case: its prediction against its truth, with what could not be read said, not hidden."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from atlas_lab.data import geometry
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.masks import other_grid
from atlas_lab.data.regrid import regrid
from atlas_lab.errors import InputError
from atlas_lab.evaluation.folders.naming import Names
from atlas_lab.evaluation.folders.opening import Unread, open_source, readable
from atlas_lab.evaluation.folders.sources import Source
from atlas_lab.evaluation.lesions import Detection, detect
from atlas_lab.evaluation.lesions.names import is_lesion
from atlas_lab.evaluation.scoring import score
