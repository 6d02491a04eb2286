"""Tables of a few lines of every speaker: few_lines.py CORPUS OUT LINES."""

import sys
from pathlib import Path

from kowairo.core import Corpus


def main(source: Path, out: Path, lines: int) -> None:
    """Write the tables of so many lines of each speaker, evenly spaced among his lines."""
    corpus = Corpus.read(source)
    kept = []
    for utts in corpus.spk2utt.values():
        count = min(lines, len(utts))
        kept += [utts[place * len(utts) // count] for place in range(count)]
    corpus.subset(kept).write(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
