"""The acted speakers of a corpus, with their copies: acted.py CORPUS OUT."""

import sys
from pathlib import Path

from by_kind import kind_of

from kowairo.core import Corpus


def main(source: Path, out: Path) -> None:
    """Write the tables of the acted speakers alone."""
    corpus = Corpus.read(source)
    corpus.subset(utt for utt, speaker in corpus.utt2spk.items() if kind_of(speaker) == "acted").write(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
