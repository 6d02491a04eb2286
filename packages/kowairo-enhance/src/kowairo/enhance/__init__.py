"""Enhancement nets of kowairo: embedding to better embedding, on top of a frozen encoder."""

from kowairo.enhance.affine_enhancer import AffineEnhancer as AffineEnhancer
from kowairo.enhance.affine_enhancer import fit_affine_enhancer as fit_affine_enhancer
from kowairo.enhance.apply import apply_enhancer as apply_enhancer
from kowairo.enhance.base import EnhancementNet as EnhancementNet
from kowairo.enhance.base import Enhancer as Enhancer
from kowairo.enhance.base import SetEnhancer as SetEnhancer
from kowairo.enhance.checkpoint import build_enhancer as build_enhancer
from kowairo.enhance.checkpoint import load_enhancement_net as load_enhancement_net
from kowairo.enhance.checkpoint import load_enhancer as load_enhancer
from kowairo.enhance.checkpoint import load_set_enhancer as load_set_enhancer
from kowairo.enhance.checkpoint import save_enhancer as save_enhancer
from kowairo.enhance.enroll import enroll_sets as enroll_sets
from kowairo.enhance.enroll import padded_sets as padded_sets
from kowairo.enhance.linear_nets import LinearNetV1 as LinearNetV1
from kowairo.enhance.linear_nets import LinearNetV2 as LinearNetV2
from kowairo.enhance.linear_nets import LinearNetV3 as LinearNetV3
from kowairo.enhance.linear_nets import LinearNetV4 as LinearNetV4
from kowairo.enhance.one_step_diffusion import OneStepDiffusion as OneStepDiffusion
from kowairo.enhance.published_nets import PUBLISHED_NETS as PUBLISHED_NETS
from kowairo.enhance.published_nets import published_net as published_net
from kowairo.enhance.residual_mlp import ResidualMLP as ResidualMLP
from kowairo.enhance.set_transformer import SetTransformer as SetTransformer
from kowairo.enhance.set_transformer import plain_mean as plain_mean

__all__ = [
    "PUBLISHED_NETS",
    "AffineEnhancer",
    "EnhancementNet",
    "Enhancer",
    "LinearNetV1",
    "LinearNetV2",
    "LinearNetV3",
    "LinearNetV4",
    "OneStepDiffusion",
    "ResidualMLP",
    "SetEnhancer",
    "SetTransformer",
    "apply_enhancer",
    "build_enhancer",
    "enroll_sets",
    "fit_affine_enhancer",
    "load_enhancement_net",
    "load_enhancer",
    "load_set_enhancer",
    "padded_sets",
    "plain_mean",
    "published_net",
    "save_enhancer",
]
