"""One real patient, wherever it comes from."""

import hashlib
import http.server
import threading

import numpy as np
import pytest

from atlas_lab.data import samples
from atlas_lab.data.case import Case
from atlas_lab.errors import InputError


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("ATLAS_LAB_TEST_DATA", raising=False)
    samples._print_attribution.cache_clear()


@pytest.fixture
def server(tmp_path, monkeypatch):
    """What the TotalSegmentator project serves, from this machine; yields the folder and the paths asked for."""
    folder, asked = tmp_path / "served", []
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(folder))

        def log_message(self, *args):
            asked.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        monkeypatch.setattr(samples, "_BASE", f"http://127.0.0.1:{httpd.server_port}/")
        yield folder, asked
        httpd.shutdown()


@pytest.mark.real
def test_a_real_patient_from_the_test_data(real_data, monkeypatch, capsys):
    monkeypatch.setenv("ATLAS_LAB_TEST_DATA", str(real_data))
    case = samples.abdomen(download=False)
    assert "TotalSegmentator" in (said := capsys.readouterr().out)
    assert "Apache-2.0" in said
    assert (case.id, case.ct.shape, len(case.labels)) == ("TS_ABD_0001", (122, 101, 112), 25 - 3)
    truth = Case.open(real_data / "cases" / "TS_ABD_0001")
    assert np.array_equal(case.labels["liver"], truth.labels["liver"])
    left, right = (np.argwhere(case.labels[f"kidney_{side}"]).mean(axis=0) for side in ("left", "right"))
    assert (case.ct.affine @ [*left, 1])[0] < (case.ct.affine @ [*right, 1])[0]
    assert case.provenance["licence"] == "Apache-2.0"
    samples.abdomen()
    assert capsys.readouterr().out == ""  # said once


@pytest.mark.real
def test_fetched_once_then_found_in_the_cache(server, real_data):
    folder, asked = server
    for name, (source, sha256) in samples._FILES.items():
        content = (real_data / "cases" / samples.ID / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
        (folder / source).write_bytes(content)
    with pytest.raises(samples.Offline, match="is not on this machine"):
        samples.abdomen(download=False)
    assert asked == []
    assert samples.abdomen().labels["spleen"].sum() == 9668
    assert len(asked) == 2
    assert samples.abdomen(download=False).ct.shape == (122, 101, 112)
    assert len(asked) == 2


def test_another_file_under_that_name_is_refused(server):
    folder, _ = server
    (folder / samples._FILES[samples.CT][0]).write_bytes(b"not the CT")
    with pytest.raises(InputError, match=r"example_ct\.nii\.gz: what arrived has another SHA-256"):
        samples.abdomen()


def test_no_network_is_an_error_a_lesson_can_catch(monkeypatch):
    monkeypatch.setattr(samples, "_BASE", "http://127.0.0.1:9/")  # nobody listens there
    with pytest.raises(samples.Offline, match="set ATLAS_LAB_TEST_DATA to a copy") as told:
        samples.abdomen()
    assert isinstance(told.value, InputError)
    assert "\n" not in str(told.value)


def test_a_file_that_went_away_is_told_too(server):
    with pytest.raises(samples.Offline, match="HTTPError"):
        samples.abdomen()
