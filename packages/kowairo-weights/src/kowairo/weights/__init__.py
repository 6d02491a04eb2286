"""Folders of trained encoders, each a checkpoint; `kowairo.models.from_pretrained` loads them by name."""
