"""Folders as people have them open as atlases, with AbdomenAtlas names and sides that are right in the patient."""

import json
import pickle
import shutil

import nibabel as nib
import numpy as np
import pytest

from atlas_lab import anatomy
from atlas_lab.data.atlas import Atlas
from atlas_lab.errors import InputError

SHAPE = (16, 12, 8)
# world x falls with the index here: whoever goes by the index confuses left and right
LPS = np.array([[-2.0, 0, 0, 15], [0, -2.0, 0, 11], [0, 0, 3.0, 0], [0, 0, 0, 1]])
HIGH_X, LOW_X = slice(2, 5), slice(11, 14)  # index ranges with a high (right) and a low (left) world x


def save(path, array, affine=LPS, dtype=np.int16):
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(array.astype(dtype), affine), path)


def ct(path, shape=SHAPE, affine=LPS):
    hu = np.full(shape, -1000)
    hu[1:-1, 1:-1] = 40
    save(path, hu, affine)


def labels(path, boxes, shape=SHAPE, affine=LPS):
    """`boxes` maps an id to index ranges along the first axis."""
    ids = np.zeros(shape)
    for id, where in boxes.items():
        for part in where if isinstance(where, list) else [where]:
            ids[part, 4:8, 2:6] = id
    save(path, ids, affine, np.uint8)


def describe(root, **content):
    root.mkdir(parents=True, exist_ok=True)
    (root / "dataset.json").write_text(json.dumps(content))


def world_x(case, name):
    return (case.ct.affine @ [*np.argwhere(case.labels[name]).mean(axis=0), 1])[0]


def nnunet(root, labels_json, boxes, **more):
    describe(root, labels=labels_json, channel_names={"0": "CT"}, numTraining=1, file_ending=".nii.gz", **more)
    ct(root / "imagesTr" / "C_001_0000.nii.gz")
    labels(root / "labelsTr" / "C_001.nii.gz", boxes)
    return root


def test_nnunet_speaks_in_names(tmp_path):
    nnunet(tmp_path, {"background": 0, "Left Kidney": 1, "IVC": 2, "heart": 3}, {1: LOW_X, 2: slice(7, 8)})
    ct(tmp_path / "imagesTs" / "C_002_0000.nii.gz")
    atlas = Atlas.open(tmp_path)
    assert atlas.layout.name == "nnunet"
    assert atlas.ids == ["C_001", "C_002"]
    case = atlas["C_001"]
    assert case.labels.names == ["kidney_left", "postcava", "heart"]
    assert world_x(case, "kidney_left") < 0
    assert case.labels.status("heart") == "absent"
    assert case.labels.status("liver") == "unknown"
    assert case.ct.original_orientation == "LPS"
    assert (case.meta["split"], atlas["C_002"].meta["split"]) == ("train", "test")
    assert atlas["C_002"].labels.names == []
    assert atlas.filter(has="postcava").ids == ["C_001"]
    assert case.provenance["layout"] == "nnunet"
    assert case.provenance["labels"] == ["labelsTr/C_001.nii.gz"]


def test_nnunet_version_1_lists_names_by_id(tmp_path):
    nnunet(tmp_path, {"0": "background", "1": "liver", "2": "liver tumour"}, {1: slice(4, 8), 2: slice(8, 10)})
    case = Atlas.open(tmp_path)[0]
    assert case.labels.names == ["liver", "liver_tumor"]
    assert case.labels["liver"].sum() == 6 * 16  # the tumour belongs to its organ
    assert case.labels["liver_tumor"].sum() == 2 * 16
    assert not (case.labels["liver_tumor"] & ~case.labels["liver"]).any()


def test_nnunet_regions_and_a_bare_tumor(tmp_path):
    regions = {"background": 0, "kidney": [1, 2, 3], "masses": [2, 3], "tumor": 2, "cyst": 3}
    nnunet(tmp_path, regions, {1: [HIGH_X, slice(11, 13)], 2: slice(13, 14)})
    case = Atlas.open(tmp_path)[0]
    assert case.labels.names == ["kidney_left", "kidney_right", "kidney_tumor", "kidney_cyst", "masses"]
    assert case.labels["kidney_left"].sum() == case.labels["kidney_right"].sum() == 3 * 16
    assert world_x(case, "kidney_left") < world_x(case, "kidney_right")
    assert np.array_equal(case.labels["masses"], case.labels["kidney_tumor"])


def test_a_tumor_joins_the_kidney_it_touches(tmp_path):
    nnunet(
        tmp_path, {"kidney_left": 1, "kidney_right": 2, "kidney_tumor": 3}, {1: LOW_X, 2: HIGH_X, 3: [slice(14, 15), slice(6, 7)]}
    )
    case = Atlas.open(tmp_path)[0]
    assert case.labels["kidney_left"].sum() == 4 * 16
    assert case.labels["kidney_right"].sum() == 4 * 16  # near it, if not touching
    both = case.labels["kidney_left"] | case.labels["kidney_right"]
    assert not (case.labels["kidney_tumor"] & ~both).any()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"labels": {"liver": 1}, "channel_names": {"0": "CT", "1": "PET"}}, "has 2 channels"),
        ({"labels": {"1": "liver"}, "modality": {"0": "MRI"}}, "its images are 'MRI', not CT"),
        ({"labels": {"liver": "one"}}, "label 'liver' has 'one'"),
        ({"labels": {"liver": 300}}, "ids run from 0 to 255"),
        ({"labels": {"liver": 1}, "file_ending": ".mha"}, "its images end in .mha"),
        (["liver"], "is not an nnU-Net or MSD description"),
    ],
)
def test_a_wrong_dataset_json_is_told(tmp_path, content, said):
    nnunet(tmp_path, {"liver": 1}, {1: LOW_X})
    (tmp_path / "dataset.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=rf"dataset\.json.*{said}"):
        Atlas.open(tmp_path)


def test_broken_json_and_no_json(tmp_path):
    nnunet(tmp_path, {"liver": 1}, {1: LOW_X})
    (tmp_path / "dataset.json").write_text("{")
    with pytest.raises(InputError, match=r"dataset\.json: cannot be read as JSON"):
        Atlas.open(tmp_path)
    (tmp_path / "dataset.json").unlink()
    with pytest.raises(InputError, match=r"dataset\.json: does not exist.*give class_map="):
        Atlas.open(tmp_path, layout="nnunet")
    assert Atlas.open(tmp_path, layout="nnunet", class_map={"spleen": 1})[0].labels.names == ["spleen"]
    assert Atlas.open(tmp_path, layout="nnunet", class_map="word")[0].labels["liver"].any()


def test_ids_outside_the_class_map_are_refused(tmp_path):
    nnunet(tmp_path, {"liver": 1}, {1: LOW_X, 7: HIGH_X})
    case = Atlas.open(tmp_path)[0]
    with pytest.raises(InputError, match=r"C_001\.nii\.gz: label ids 7 are outside the class map"):
        case.labels["liver"]
    assert Atlas.open(tmp_path, class_map={"liver": 1, "spleen": 7})[0].labels["spleen"].any()


def test_a_changed_class_map_or_json_changes_the_index(tmp_path):
    nnunet(tmp_path, {"liver": 1}, {1: LOW_X})
    assert list(Atlas.open(tmp_path).structures()) == ["liver"]
    assert list(Atlas.open(tmp_path, class_map={"spleen": 1}).structures()) == ["spleen"]
    describe(tmp_path, labels={"stomach": 1})
    assert list(Atlas.open(tmp_path).structures()) == ["stomach"]


def test_a_changed_class_map_changes_the_index_of_combined_labels_too(tmp_path):
    ct(tmp_path / "BDMAP_1" / "ct.nii.gz")
    labels(tmp_path / "BDMAP_1" / "combined_labels.nii.gz", {1: LOW_X})
    assert "liver" in Atlas.open(tmp_path).structures()
    assert list(Atlas.open(tmp_path, class_map={"spleen": 1}).structures()) == ["spleen"]


def test_labels_on_another_grid_are_refused(tmp_path):
    nnunet(tmp_path, {"liver": 1}, {1: LOW_X})
    moved = LPS.copy()
    moved[0, 3] += 5
    labels(tmp_path / "labelsTr" / "C_001.nii.gz", {1: LOW_X}, affine=moved)
    with pytest.raises(InputError, match=r"C_001\.nii\.gz: lies elsewhere than the CT"):
        Atlas.open(tmp_path)[0].labels["liver"]


def test_an_unreadable_image_is_a_problem_of_one_case(tmp_path):
    nnunet(tmp_path, {"liver": 1}, {1: LOW_X})
    (tmp_path / "imagesTr" / "C_000_0000.nii.gz").write_bytes(b"nothing")
    with pytest.warns(UserWarning, match=r"1 of 2 cases cannot be read.*C_000_0000\.nii\.gz"):
        atlas = Atlas.open(tmp_path)
    assert atlas.ids == ["C_001"]


def test_msd_by_its_published_ids(tmp_path):
    describe(tmp_path, name="LIVER", modality={"0": "CT"}, labels={"0": "background", "1": "liver", "2": "cancer"}, training=[])
    ct(tmp_path / "imagesTr" / "liver_1.nii.gz")
    (tmp_path / "imagesTr" / "._liver_1.nii.gz").write_bytes(b"left by macOS")
    labels(tmp_path / "labelsTr" / "liver_1.nii.gz", {1: slice(4, 8), 2: slice(8, 10)})
    ct(tmp_path / "imagesTs" / "liver_2.nii.gz")
    atlas = Atlas.open(tmp_path)
    assert atlas.layout.name == "msd"
    assert atlas.ids == ["liver_1", "liver_2"]
    assert atlas[0].labels.names == ["liver", "liver_tumor"]
    assert atlas[0].labels["liver"].sum() == 6 * 16


def test_msd_of_another_name_by_its_own(tmp_path):
    describe(tmp_path, name="mine", labels={"0": "background", "1": "pancreas", "2": "cancer"}, training=[])
    ct(tmp_path / "imagesTr" / "p_1.nii.gz")
    labels(tmp_path / "labelsTr" / "p_1.nii.gz", {1: slice(4, 8), 2: slice(8, 10)})
    assert Atlas.open(tmp_path)[0].labels.names == ["pancreas", "pancreas_tumor"]


def btcv(root):
    ct(root / "img" / "img0001.nii.gz")
    labels(root / "label" / "label0001.nii.gz", {2: HIGH_X, 3: LOW_X, 9: slice(7, 8)})


def flare22(root):
    ct(root / "images" / "FLARE22_Tr_0001_0000.nii.gz")
    labels(root / "labels" / "FLARE22_Tr_0001.nii.gz", {2: HIGH_X, 13: LOW_X, 6: slice(7, 8)})


def amos(root):
    ct(root / "imagesTr" / "amos_0001.nii.gz")
    labels(root / "labelsTr" / "amos_0001.nii.gz", {2: HIGH_X, 3: LOW_X, 9: slice(7, 8), 15: slice(9, 10)})
    ct(root / "imagesVa" / "amos_0008.nii.gz")
    ct(root / "imagesTr" / "amos_0507.nii.gz")  # an MR scan
    describe(root, name="AMOS", modality={"0": "CT"}, labels={"0": "background", "1": "spleen"})


@pytest.mark.parametrize(
    ("build", "id", "inside"),
    [
        (btcv, "img0001", ""),
        (btcv, "img0001", "RawData/Training"),
        (flare22, "FLARE22_Tr_0001", ""),
        (flare22, "FLARE22_Tr_0001", "FLARE22_LabeledCase50"),
        (amos, "amos_0001", ""),
    ],
)
def test_challenge_folders_by_their_published_ids(tmp_path, build, id, inside):
    build(tmp_path / inside)
    atlas = Atlas.open(tmp_path)
    assert atlas.layout.name == build.__name__
    case = atlas[id]
    assert world_x(case, "kidney_left") < world_x(case, "postcava") < world_x(case, "kidney_right")
    assert case.labels.status("spleen") == "absent"
    assert case.labels.status("femur_left") == "unknown"
    assert case.meta["split"] == "train"


def test_amos_knows_ct_and_whose_prostate_it_is(tmp_path):
    amos(tmp_path)
    atlas = Atlas.open(tmp_path)
    assert atlas.ids == ["amos_0001", "amos_0008"]
    assert atlas["amos_0008"].meta["split"] == "val"
    assert "prostate_uterus" in atlas["amos_0001"].labels
    for sex, organ in (("M", "prostate"), ("F", "uterus")):
        (tmp_path / "labeled_data_meta_0000_0599.csv").write_text(f"amos_id,Patient's Sex,Patient's Age\n1,{sex},058Y\n")
        case = Atlas.open(tmp_path)["amos_0001"]
        assert case.labels[organ].sum() == 16
        assert not {"prostate", "uterus", "prostate_uterus"} - {organ} & set(case.labels)
        assert case.meta["sex"] == sex


def kits(root, boxes):
    ct(root / "case_00000" / "imaging.nii.gz")
    labels(root / "case_00000" / "segmentation.nii.gz", boxes)
    return Atlas.open(root)


def test_kits_kidneys_are_split_in_the_patient(tmp_path):
    ct(tmp_path / "case_00001" / "imaging.nii.gz")
    atlas = kits(tmp_path, {1: [HIGH_X, slice(11, 13)], 2: slice(13, 14)})
    assert atlas.layout.name == "kits"
    case = atlas["case_00000"]
    assert case.labels.names == ["kidney_left", "kidney_right", "kidney_tumor", "kidney_cyst"]
    assert world_x(case, "kidney_left") < 0 < world_x(case, "kidney_right")
    assert case.labels["kidney_left"].sum() == 3 * 16  # with its tumour
    assert not (case.labels["kidney_tumor"] & ~case.labels["kidney_left"]).any()
    assert case.labels.status("kidney_cyst") == "absent"
    assert atlas["case_00001"].labels.names == []


@pytest.mark.parametrize("parts", [[slice(1, 7)], [slice(0, 3), slice(5, 8)]], ids=["whole", "in two pieces"])
@pytest.mark.parametrize(("side", "other", "where"), [("left", "right", LOW_X), ("right", "left", HIGH_X)])
def test_a_lone_kidney_stays_on_its_side(tmp_path, parts, side, other, where):
    ct(tmp_path / "case_00000" / "imaging.nii.gz")
    ids = np.zeros(SHAPE)
    for part in parts:
        ids[where, 4:8, part] = 1
    save(tmp_path / "case_00000" / "segmentation.nii.gz", ids, dtype=np.uint8)
    case = Atlas.open(tmp_path)[0]
    assert case.labels.status(f"kidney_{other}") == "absent"
    assert case.labels[f"kidney_{side}"].sum() == ids.sum()


def test_a_horseshoe_kidney_is_cut_at_the_middle_of_the_body(tmp_path):
    case = kits(tmp_path, {1: slice(4, 12)})["case_00000"]
    assert case.labels["kidney_left"].sum() == case.labels["kidney_right"].sum() == 4 * 16
    assert world_x(case, "kidney_left") < world_x(case, "kidney_right")


def test_pieces_that_touch_at_a_corner_are_one(tmp_path):
    ct(tmp_path / "case_00000" / "imaging.nii.gz")
    ids = np.zeros(SHAPE)
    ids[2:5, 2:5, 1:4] = ids[5:7, 5:7, 4:6] = 1  # one kidney on the right, joined at a corner
    ids[11:13, 4:6, 2:4] = 1
    save(tmp_path / "case_00000" / "segmentation.nii.gz", ids, dtype=np.uint8)
    case = Atlas.open(tmp_path)[0]
    assert case.labels["kidney_right"].sum() == 3**3 + 2**3
    assert case.labels["kidney_left"].sum() == 2**3


def test_specks_are_no_kidneys(tmp_path):
    ct(tmp_path / "case_00000" / "imaging.nii.gz")
    ids = np.zeros(SHAPE)
    ids[1:6], ids[14, 5, 5] = 1, 1
    save(tmp_path / "case_00000" / "segmentation.nii.gz", ids, dtype=np.uint8)
    case = Atlas.open(tmp_path)[0]
    assert case.labels.status("kidney_left") == "absent"
    assert case.labels["kidney_right"].sum() == 5 * 12 * 8


def test_a_case_travels_to_another_process(tmp_path):
    case = kits(tmp_path, {1: [HIGH_X, LOW_X]})["case_00000"]
    assert np.array_equal(pickle.loads(pickle.dumps(case)).labels["kidney_left"], case.labels["kidney_left"])


def test_no_kidney_is_two_absent_kidneys(tmp_path):
    case = kits(tmp_path, {})["case_00000"]
    assert case.labels.status("kidney_left") == case.labels.status("kidney_right") == "absent"


def mask(path, where):
    array = np.zeros(SHAPE)
    array[where, 4:8, 2:6] = 1
    save(path, array, dtype=np.uint8)


def test_totalsegmentator_is_told_from_abdomenatlas_by_its_names(tmp_path):
    masks = tmp_path / "s0001" / "segmentations"
    ct(tmp_path / "s0001" / "ct.nii.gz")
    for name, where in {
        "urinary_bladder": slice(7, 8),
        "lung_upper_lobe_left": slice(11, 12),
        "lung_lower_lobe_left": slice(12, 14),
        "lung_upper_lobe_right": slice(2, 3),  # two more lobes are missing, so there is no right lung
        "vertebrae_L1": slice(8, 9),
        "liver": slice(3, 6),
    }.items():
        mask(masks / f"{name}.nii.gz", where)
    (tmp_path / "meta.csv").write_text("image_id;age;gender;institute;split\ns0001;64;m;A;test\n")
    atlas = Atlas.open(tmp_path)
    assert atlas.layout.name == "totalsegmentator"
    case = atlas["s0001"]
    assert set(case.labels) == {"bladder", "lung_left", "lung_upper_lobe_right", "vertebrae_L1", "liver"}
    assert set(atlas.structures()) == set(case.labels)
    assert case.labels["lung_left"].sum() == 3 * 16
    assert (case.meta["split"], case.meta["site"], case.meta["sex"]) == ("test", "A", "m")
    mask(tmp_path / "s0002" / "segmentations" / "urinary_bladder.nii.gz", slice(7, 8))
    with pytest.warns(UserWarning, match=r"1 of 2 cases.*s0002: has segmentations/ but no ct\.nii\.gz"):
        assert Atlas.open(tmp_path).ids == ["s0001"]
    shutil.rmtree(tmp_path / "s0002")
    (masks / "urinary_bladder.nii.gz").rename(masks / "bladder.nii.gz")
    for lobe in masks.glob("lung_*"):
        lobe.unlink()
    assert Atlas.open(tmp_path).layout.name == "abdomenatlas"


def test_a_folder_nobody_knows_says_what_is_known(tmp_path):
    with pytest.raises(InputError, match="is an empty folder"):
        Atlas.open(tmp_path)
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(InputError, match=r"no known layout \(.*nnunet.*totalsegmentator"):
        Atlas.open(tmp_path)
    with pytest.raises(InputError, match="unknown layout 'nnU-Net': did you mean 'nnunet'"):
        Atlas.open(tmp_path, layout="nnU-Net")
    with pytest.raises(InputError, match="holds no cases in kits layout"):
        Atlas.open(tmp_path, layout="kits")


@pytest.mark.real
def test_the_117_classes_of_a_real_scan_give_its_22_masks(tmp_path, real_data):
    source = real_data / "cases" / "TS_ABD_0001"
    for folder, name, file in (("imagesTr", "T_0000", "ct"), ("labelsTr", "T", "source_multilabel")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.nii.gz").symlink_to(source / f"{file}.nii.gz")
    case = Atlas.open(tmp_path, layout="nnunet", class_map="totalsegmentator")[0]
    truth = Atlas.open(real_data / "cases")["TS_ABD_0001"].labels
    assert set(case.labels) == set(truth)
    assert len(truth) == 22
    for name in truth:
        assert np.array_equal(case.labels[name], truth[name]), name


@pytest.mark.real
def test_real_kidneys_and_lungs_merged_and_split_again(tmp_path, real_data):
    truth = Atlas.open(real_data / "cases")["TS_ABD_0001"]
    ids = np.zeros(truth.ct.shape)
    for value, name in enumerate(("kidney", "lung", "adrenal_gland", "femur"), 1):
        for side in anatomy.pair(name):
            ids[truth.labels[side]] = value
    describe(tmp_path, labels={"kidneys": 1, "lungs": 2, "adrenals": 3, "femurs": 4})
    (tmp_path / "imagesTr").mkdir()
    (tmp_path / "imagesTr" / "T_0000.nii.gz").symlink_to(real_data / "cases" / "TS_ABD_0001" / "ct.nii.gz")
    flipped = np.diag([-1.0, 1, 1, 1])
    flipped[0, 3] = ids.shape[0] - 1
    save(tmp_path / "labelsTr" / "T.nii.gz", ids[::-1], truth.ct.affine @ flipped, np.uint8)
    split = Atlas.open(tmp_path)[0].labels
    for name in split:
        agree = 2 * (split[name] & truth.labels[name]).sum() / (split[name].sum() + truth.labels[name].sum())
        assert agree > 0.97, name
