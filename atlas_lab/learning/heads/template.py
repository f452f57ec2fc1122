"""The classes of the Universal Model (ICCV 2023), which SuPreM's published networks have too, under AbdomenAtlas names."""

TEMPLATE = (
    "spleen", "kidney_right", "kidney_left", "gall_bladder", "esophagus", "liver", "stomach", "aorta", "postcava",
    "portal_vein_and_splenic_vein", "pancreas", "adrenal_gland_right", "adrenal_gland_left", "duodenum", "hepatic_vessel",
    "lung_right", "lung_left", "colon", "intestine", "rectum", "bladder", "prostate", "femur_left", "femur_right",
    "celiac_trunk", "kidney_tumor", "liver_tumor", "pancreas_tumor", "hepatic_vessel_tumor", "lung_tumor", "colon_tumor",
    "kidney_cyst",
)  # fmt: skip
