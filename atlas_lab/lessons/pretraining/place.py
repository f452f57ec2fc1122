"""Where the trainings of a lesson lie, so that a stopped one goes on and another one starts anew."""

import hashlib
import json
from pathlib import Path
from typing import Any


def place(folder: Path, **choices: Any) -> Path:
    """A folder in `folder` that is the same for the same `choices` (plain values), and for no others."""
    said = json.dumps(choices, sort_keys=True)
    return folder / hashlib.sha256(said.encode()).hexdigest()[:8]
