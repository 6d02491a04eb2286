"""Training objectives of kowairo."""

from .aam_softmax import AAMSoftmax as AAMSoftmax
from .base import EnhancementLoss as EnhancementLoss
from .base import Loss as Loss
from .cosine import Cosine as Cosine
from .mae import MAE as MAE
from .margin_schedule import MarginSchedule as MarginSchedule
from .mse import MSE as MSE
from .mse_cosine import MSECosine as MSECosine

__all__ = ["MAE", "MSE", "AAMSoftmax", "Cosine", "EnhancementLoss", "Loss", "MSECosine", "MarginSchedule"]
