"""One server for all tests of a file that open notebooks of their own."""

import pytest

from tests.ui.lab import lab
from tests.ui.viewer_page import end_kernels


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for all front ends: JupyterLab, Notebook 7 and Voilà live under different addresses of it."""
    folder = tmp_path_factory.mktemp("notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_LAB_EDITS", str(folder / "edits"))
        with lab(folder) as (address, token):
            yield folder, address, token


@pytest.fixture
def fresh(server):
    """The server without kernels of a test before."""
    end_kernels(*server[1:])
    return server
