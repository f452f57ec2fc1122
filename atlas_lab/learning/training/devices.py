"""From a plan to Lightning's Fabric: which devices, in which precision, and how their gradients meet."""

from typing import Any

import torch
from lightning.fabric import Fabric
from lightning.fabric.plugins import MixedPrecision
from lightning.fabric.strategies import DDPStrategy

from atlas_lab.errors import InputError
from atlas_lab.learning.training.plan import Plan, best_precision


def fabric_of(plan: Plan) -> Fabric:
    """Fabric for this plan. InputError: a device that is not there, fewer of them than asked for."""
    where: dict[str, Any] = {"accelerator": plan.accelerator, "devices": plan.devices}
    try:
        device = Fabric(**where, **_strategy(plan)).device
        return Fabric(**where, **_strategy(plan), **_precision(plan, device))
    except (ValueError, RuntimeError) as error:  # Lightning's words for a device that is not there
        raise InputError(f"accelerator={plan.accelerator!r}, devices={plan.devices}: {' '.join(str(error).split())}") from error


def _strategy(plan: Plan) -> dict[str, Any]:
    """A task may use a part of its network alone, such as an encoder: DDP must look for what has no gradient."""
    return {"strategy": DDPStrategy(find_unused_parameters=True)} if plan.devices > 1 else {}


def _precision(plan: Plan, device: torch.device) -> dict[str, Any]:
    chosen = best_precision(device) if plan.precision == "auto" else plan.precision
    if chosen.endswith("mixed"):  # by its name Lightning takes bfloat16 for 16-mixed on a CPU, and says so on stderr
        return {"plugins": [MixedPrecision(chosen, device.type)]}  # type: ignore[arg-type]
    return {"precision": chosen}
