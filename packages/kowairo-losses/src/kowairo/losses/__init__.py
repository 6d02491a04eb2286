"""Training objectives of kowairo."""
