"""A copy of a set's tables with a trial list for every kind of speaker: by_kind.py SET OUT."""

import sys
from pathlib import Path

from kowairo.core import Corpus, Trials, read_trials, write_trials

KINDS = {
    "acted": ("hw", "ffcs", "emo", "dr", "fq", "mg", "ohv", "wz", "uh", "od", "tr"),
    "readers": ("so", "lc"),
    "phone": ("msc",),
    "volunteers": ("gc", "kt", "kl", "tp", "jaWord", "fsd"),
    "prompts": ("ast",),
}


def kind_of(speaker: str) -> str:
    """Kind by the prefix of the speaker, as SOURCES.md of the voices lists them."""
    found = [kind for kind, prefixes in KINDS.items() if speaker.startswith(prefixes)]
    return found[0] if found else "other"


def main(source: Path, out: Path) -> None:
    """Write the tables, `trials`, and `trials_KIND` with the trials whose two sides are of a kind."""
    corpus, trials = Corpus.read(source), read_trials(source / "trials")
    corpus.write(out)
    write_trials(out / "trials", trials)
    kind = {utt: kind_of(speaker) for utt, speaker in corpus.utt2spk.items()}
    for name in sorted(set(kind.values())):
        rows = [
            i
            for i, (a, b) in enumerate(zip(trials.enroll, trials.test, strict=True))
            if kind[a] == kind[b] == name
        ]
        target = trials.target[rows]
        if target.any() and not target.all():
            chosen = Trials([trials.enroll[i] for i in rows], [trials.test[i] for i in rows], target)
            write_trials(out / f"trials_{name}", chosen)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
