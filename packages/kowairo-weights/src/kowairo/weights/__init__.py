"""Folders of trained encoders, each a checkpoint folder; `kowairo.models.from_pretrained` loads them by name."""
