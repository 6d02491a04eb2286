"""Figures and the HTML report of kowairo."""
