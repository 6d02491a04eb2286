"""The synthetic visual novel (extra ``synth``): acted voices with known truth, made offline.

All voices derive from one synthetic voice: figures on this corpus show that the pipeline works and say
nothing about real voices.
"""

from kowairo.data.synth.novel import synthesize as synthesize

__all__ = ["synthesize"]
