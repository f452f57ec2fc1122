"""Small tables of patients."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def table(tumour: Sequence[int], score: Sequence[float], **columns: Sequence[float]) -> pd.DataFrame:
    """Patients p0, p1 and so on."""
    ids = [f"p{number}" for number in range(len(tumour))]
    return pd.DataFrame({"tumour": np.array(tumour, bool), "score": score, **columns}, index=ids)
