"""Contract suites and fixtures for kowairo plug-ins; only tests import this package."""

from .encoder import TinyEncoder as TinyEncoder
from .encoder import check_encoder as check_encoder
from .losses import check_enhancement_loss as check_enhancement_loss
from .losses import check_loss as check_loss

__all__ = ["TinyEncoder", "check_encoder", "check_enhancement_loss", "check_loss"]
