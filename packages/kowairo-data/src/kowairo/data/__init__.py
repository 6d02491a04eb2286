"""Audio reading, corpus importers, splits, trials and augmentation of kowairo."""
