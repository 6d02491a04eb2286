"""Audio files to embeddings with kowairo."""
