"""Lightning training of kowairo."""
