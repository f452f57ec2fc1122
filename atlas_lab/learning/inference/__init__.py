"""Inference: a model moved over a CT, its masks and probabilities, and what is known of them beforehand."""

from atlas_lab.learning.inference.cases import predict_cases
from atlas_lab.learning.inference.opening import model_of
from atlas_lab.learning.inference.postprocess import postprocess
from atlas_lab.learning.inference.predict import predict
from atlas_lab.learning.inference.published import published_model
from atlas_lab.learning.inference.seeing import predict_masks
from atlas_lab.learning.inference.sliding import Slab, sliding_window
from atlas_lab.learning.inference.soft import SoftPredictions

__all__ = [
    "Slab",
    "SoftPredictions",
    "model_of",
    "postprocess",
    "predict",
    "predict_cases",
    "predict_masks",
    "published_model",
    "sliding_window",
]
