"""Tables, embedding sets, errors and plug-in discovery of kowairo."""
