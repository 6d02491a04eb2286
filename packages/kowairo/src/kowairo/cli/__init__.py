"""The kowairo command: speaker embeddings of acted voices."""
