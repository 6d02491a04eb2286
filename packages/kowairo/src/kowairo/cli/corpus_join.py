"""Command `kowairo corpus join`."""

from pathlib import Path

from kowairo.data.join_corpora import join_corpora


def join(*, corpora: list[Path], out: Path) -> None:
    """Put several corpora together; an id that two of them have is an error.

    Args:
        corpora: Kaldi folders, as `--corpora [A,B]`.
        out: Kaldi folder to write.
    """
    joined = join_corpora(corpora)
    joined.write(out)
    print(f"{out}: {len(joined.utts)} lines of {len(joined.speakers)} speakers")
