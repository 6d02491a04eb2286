"""Back-ends, score normalisation and metrics of kowairo."""
