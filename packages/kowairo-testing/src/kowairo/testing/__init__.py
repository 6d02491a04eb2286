"""Contract suites and fixtures for kowairo plug-ins; only tests import this package.

A name is imported when it is first used: the suite of one kind of plug-in needs no library of another kind.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .augmentation import check_augmentation as check_augmentation
    from .encoder import TinyEncoder as TinyEncoder
    from .encoder import check_encoder as check_encoder
    from .enhance import check_enhancer as check_enhancer
    from .enhance import check_set_enhancer as check_set_enhancer
    from .enhancement_losses import check_enhancement_loss as check_enhancement_loss
    from .importers import check_importer as check_importer
    from .losses import check_distillation_loss as check_distillation_loss
    from .losses import check_domain_loss as check_domain_loss
    from .losses import check_loss as check_loss
    from .scoring import check_backend as check_backend
    from .scoring import check_score_normalizer as check_score_normalizer
    from .scoring import toy_trials as toy_trials
    from .tones import tone_voice as tone_voice
    from .tones import write_tone_corpus as write_tone_corpus

_MODULES = {
    "TinyEncoder": "encoder",
    "check_augmentation": "augmentation",
    "check_backend": "scoring",
    "check_distillation_loss": "losses",
    "check_domain_loss": "losses",
    "check_encoder": "encoder",
    "check_enhancement_loss": "enhancement_losses",
    "check_enhancer": "enhance",
    "check_importer": "importers",
    "check_loss": "losses",
    "check_score_normalizer": "scoring",
    "check_set_enhancer": "enhance",
    "tone_voice": "tones",
    "toy_trials": "scoring",
    "write_tone_corpus": "tones",
}

__all__ = [
    "TinyEncoder",
    "check_augmentation",
    "check_backend",
    "check_distillation_loss",
    "check_domain_loss",
    "check_encoder",
    "check_enhancement_loss",
    "check_enhancer",
    "check_importer",
    "check_loss",
    "check_score_normalizer",
    "check_set_enhancer",
    "tone_voice",
    "toy_trials",
    "write_tone_corpus",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
