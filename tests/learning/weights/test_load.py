"""Weights into a backbone: what is loaded, what stays random, what is refused."""

import inspect
import pickle
import random
import sys
import zipfile

import pytest
import torch
from huggingface_hub import HfApi, errors

from atlas_lab.data.hub_errors import Offline
from atlas_lab.errors import InputError
from atlas_lab.learning.backbones import backbone, outline
from atlas_lab.learning.weights import SOURCES, load_weights, read_weights
from tests.learning.weights import files

torch.set_num_threads(1)


class Hub:
    """A hub with one file. `breaks` is the exception that a download ends with."""

    def __init__(self, content=None, breaks=None):
        self.content, self.breaks, self.asked = content, breaks, []

    def hf_hub_download(self, repo_id, filename, *, local_dir):
        self.asked.append((repo_id, filename))
        if self.breaks:
            raise self.breaks
        torch.save(self.content, local_dir / filename)
        return str(local_dir / filename)


def answer(error):
    """`error` as the hub's client raises it, whichever HTTP library it uses."""
    library = sys.modules[errors.HfHubHTTPError.__bases__[0].__module__.partition(".")[0]]
    return error("no", response=library.Response(404, request=library.Request("GET", "https://huggingface.co")))


class Bomb:
    def __reduce__(self):
        return (exec, ("raise SystemExit('the bomb went off')",))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_LAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def made():
    return backbone("unet", 3, "tiny")


@pytest.fixture
def save(tmp_path):
    def to(content, name="weights.pth"):
        torch.save(content, tmp_path / name)
        return tmp_path / name

    return to


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_the_client_has_the_call_we_make():
    theirs = inspect.signature(HfApi.hf_hub_download).parameters
    assert set(inspect.signature(Hub.hf_hub_download).parameters) <= set(theirs)


def test_a_published_file_fills_all_but_the_head(cache, capsys):
    made = backbone("unet", 3)
    head = {name: tensor.clone() for name, tensor in made.head.state_dict().items()}
    content = files.suprem(made)
    hub = Hub(content)
    report = load_weights(made, "suprem:unet", accept_licence=True, client=hub)
    out = capsys.readouterr().out
    assert "CC BY-NC-ND 4.0" in out
    assert "Apache-2.0" in out
    assert hub.asked == [("MrGiovanni/SuPreM", "supervised_suprem_unet_2100.pth")]
    assert same(made.head.state_dict(), head)
    for name, tensor in made.net.state_dict().items():
        assert torch.equal(tensor, content["net"][f"module.backbone.{name}"]), name
    assert report.share == 1
    assert report.left_random == ("head.weight", "head.bias")
    assert set(report.loaded) == {f"net.{name}" for name in made.net.state_dict()}
    assert "controller.weight" in report.skipped
    assert len(report.sha256) == 64
    said = str(report)
    for words in ("100.0%", "left random: head.weight, head.bias", "started from Models Genesis", "2,100 scans", "contradict"):
        assert words in said
    load_weights(made, "suprem:unet", accept_licence=True, client=Hub(breaks=ConnectionError()))  # from the cache


def test_the_licence_comes_before_the_download(cache):
    hub = Hub({})
    with pytest.raises(InputError, match=r"read its licence first: .*BY-NC-ND.*Apache-2\.0.*accept_licence=True") as told:
        load_weights(backbone("segresnet"), "suprem:segresnet", client=hub)
    assert "\n" not in str(told.value)
    assert hub.asked == []


def test_a_published_file_of_another_backbone_or_size_is_refused_before_the_download(made):
    with pytest.raises(InputError, match="suprem:segresnet: holds a segresnet of size published, not a unet of size tiny"):
        load_weights(made, "suprem:segresnet", accept_licence=True)
    with pytest.raises(InputError, match="holds a unet of size published, not a unet of size tiny"):
        load_weights(made, "suprem:unet", accept_licence=True)


@pytest.mark.parametrize(
    ("breaks", "error", "said"),
    [
        (ConnectionError(), Offline, "cannot be reached"),
        (errors.LocalEntryNotFoundError("offline"), Offline, "cannot be reached"),
        (OSError(28, "No space left on device"), InputError, "the disk is full"),
        (answer(errors.RemoteEntryNotFoundError), InputError, "is no longer at https://huggingface.co/MrGiovanni/SuPreM; give"),
        (
            answer(errors.GatedRepoError),
            InputError,
            "ask for access at https://huggingface.co/MrGiovanni/SuPreM; then set HF_TOKEN",
        ),
    ],
)
def test_a_download_that_fails_is_told_in_one_line(cache, breaks, error, said):
    with pytest.raises(error, match=said):
        load_weights(backbone("segresnet"), "suprem:segresnet", accept_licence=True, client=Hub(breaks=breaks))


def test_a_file_of_ones_own_gives_back_what_was_saved(made, save):
    other = backbone("unet", 5, "tiny", seed=4)
    report = load_weights(made, save({"epoch": 1, "state_dict": other.state_dict()}))
    assert same(made.net.state_dict(), other.net.state_dict())
    assert report.left_random == ("head.weight", "head.bias")
    assert report.history == ""
    assert report.share == 1


def test_other_channels_are_told_and_leave_their_layer_random(made, save):
    two = backbone("unet", 3, "tiny", channels=2, seed=9)
    first = made.net.down_tr64.ops[0].conv1.weight.detach().clone()
    report = load_weights(made, save(two.state_dict()))
    assert report.mismatched == (("down_tr64.ops.0.conv1.weight", (8, 2, 3, 3, 3), (8, 1, 3, 3, 3)),)
    assert "net.down_tr64.ops.0.conv1.weight" in report.left_random
    assert torch.equal(made.net.down_tr64.ops[0].conv1.weight, first)
    assert torch.equal(made.net.down_tr64.ops[1].conv1.weight, two.net.down_tr64.ops[1].conv1.weight)
    assert 0.9 < report.share < 1
    assert "another shape: down_tr64.ops.0.conv1.weight is (8, 2, 3, 3, 3) in the file, (8, 1, 3, 3, 3) here" in str(report)


@pytest.mark.parametrize(("name", "size"), [("segresnet", "tiny"), ("nnunet", "tiny"), ("unet", "published")])
def test_a_file_of_another_backbone_is_named_as_such(made, save, name, size):
    before = {key: tensor.clone() for key, tensor in made.state_dict().items()}
    shapes = outline(name, 3, size).state_dict()
    state = {key: torch.ones(()).expand(tensor.shape) for key, tensor in shapes.items()}
    with pytest.raises(InputError, match=rf"holds a {name} of size {size}, not a unet of size tiny; make backbone\('{name}'"):
        load_weights(made, save(state))
    assert same(before, made.state_dict())


def test_too_little_is_refused_and_nothing_is_loaded(made, save):
    before = {key: tensor.clone() for key, tensor in made.state_dict().items()}
    encoder = backbone("unet", 3, "tiny", seed=2).encoder_state()
    with pytest.raises(InputError, match=r"only \d\d% of the parameters .* \(no up_tr256\.up_conv\.weight\); at least 90%"):
        load_weights(made, save(encoder))
    assert same(before, made.state_dict())


def test_a_pickle_bomb_is_refused_and_does_not_go_off(made, tmp_path, save):
    for path in (save({"state_dict": made.state_dict(), "x": Bomb()}), tmp_path / "raw.pth"):
        if path.name == "raw.pth":
            path.write_bytes(pickle.dumps(Bomb(), protocol=2))
        with pytest.raises(InputError) as told:
            load_weights(made, path)
        assert "\n" not in str(told.value)
    with pytest.raises(InputError, match=r"would run code when opened \(exec\), so it is not"):
        load_weights(made, tmp_path / "weights.pth")


def test_a_file_that_unpacks_to_more_than_it_is_is_not_opened(made, save, tmp_path):
    bomb = tmp_path / "small.pth"
    with zipfile.ZipFile(save(made.state_dict())) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, bytes(len(old.read(entry))) if "/data/" in entry else old.read(entry))
    with pytest.raises(InputError, match="more than its own size; it is not opened"):
        load_weights(made, bomb)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no weights at all", "is no file of PyTorch's|is damaged"),
        (b"", "is no file of PyTorch's|is damaged"),
        (b"PK\x03\x04 cut off", "is no file of PyTorch's|is damaged"),
    ],
)
def test_what_is_no_file_of_weights_is_told(made, tmp_path, content, said):
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(InputError, match=said):
        load_weights(made, tmp_path / "x.pth")


@pytest.mark.parametrize("zipped", [True, False])
def test_damage_anywhere_is_told_in_one_line_or_does_no_harm(tmp_path, zipped):
    path = tmp_path / "x.pth"
    torch.save({"state_dict": {f"layer{i}": torch.ones(3) for i in range(3)}}, path, _use_new_zipfile_serialization=zipped)
    whole, chance, told = path.read_bytes(), random.Random(0), 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(4):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            read_weights(path)
        except InputError as error:
            told += "\n" not in str(error)
    assert told > 75


def test_what_holds_no_weights_is_told(made, save, tmp_path):
    for content in ({"epoch": 3}, [torch.zeros(2)], torch.zeros(2)):
        with pytest.raises(InputError, match="holds no named tensors"):
            load_weights(made, save(content))
    with pytest.raises(InputError, match="no such file of weights"):
        load_weights(made, tmp_path / "nowhere.pth")
    with pytest.raises(InputError, match="no such file of weights"):
        load_weights(made, tmp_path)


def test_numbers_that_are_none_are_refused(made, save):
    state = {name: tensor.clone() for name, tensor in made.state_dict().items()}
    state["net.up_tr64.up_conv.bias"][3] = float("nan")
    with pytest.raises(InputError, match=r"up_tr64\.up_conv\.bias holds NaN or infinite"):
        load_weights(made, save(state))


def test_half_precision_is_widened(made, save):
    other = backbone("unet", 3, "tiny", seed=4).half()
    load_weights(made, save(other.state_dict()))
    weight = made.net.up_tr64.up_conv.weight
    assert weight.dtype == torch.float32
    assert torch.equal(weight, other.net.up_tr64.up_conv.weight.float())


def test_every_tensor_can_be_read_for_heads_too(cache):
    made = backbone("segresnet")
    state = read_weights("suprem:segresnet", accept_licence=True, client=Hub(files.suprem_segresnet(made)))
    assert state["conv_final.2.conv.weight"].shape == (32, 16, 1, 1, 1)
    assert len(state) == 83


def test_the_sources_name_real_repositories_and_one_backbone_each():
    assert {source.repo for source in SOURCES.values()} == {"MrGiovanni/SuPreM", "ljwztc/CLIP-Driven-Universal-Model"}
    assert len({(source.repo, source.file) for source in SOURCES.values()}) == len(SOURCES)
