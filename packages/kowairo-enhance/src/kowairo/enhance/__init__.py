"""Embedding enhancement nets of kowairo."""
