"""Speaker encoders, front ends and checkpoints of kowairo."""
