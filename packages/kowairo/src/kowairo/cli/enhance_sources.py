"""What an enhancement net is trained and tested on, from the options of a command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kowairo.cli.label_tables import read_labels
from kowairo.cli.trial_files import blaming
from kowairo.core import EmbeddingSet, InputError, open_embeddings, read_trials
from kowairo.data.enhancement_lists import ListSource
from kowairo.losses import EnhancementListKind
from kowairo.training.enhancement import EnhancementItems, TrialList, draw_list, list_items, read_list
from kowairo.training.enhancement.list_items import file_rows


@dataclass(frozen=True)
class ItemSource:
    """One side of a training: embeddings, and a list of them or a corpus that knows their speakers."""

    embeddings: Path
    """Embeddings of any form."""
    corpus: Path | None = None
    """Kaldi folder, or a file in the form of utt2spk."""
    listed: Path | None = None
    """List file; without one, all embeddings that the corpus knows."""
    sessions: str | None = None
    """Table of the corpus, for pairs of sessions where there is no list."""

    def items(self, kind: EnhancementListKind, *, seed: int) -> EnhancementItems:
        """Find the items of a kind.

        Args:
            kind: What the loss needs.
            seed: Of what is drawn where there is no list.

        Raises:
            InputError: A file is missing or wrong; the message says which.
        """
        embeddings = open_embeddings(self.embeddings)
        utt2spk = None if self.corpus is None else read_labels(self.corpus).utt2spk
        if self.listed is not None:
            lines = read_list(self.listed, kind)
            with blaming(self.listed):
                return list_items(lines, embeddings, utt2spk=utt2spk)
        with blaming(self.corpus or self.embeddings):
            lines = draw_list(self._all_lines(embeddings, utt2spk), kind, seed=seed)
            return list_items(lines, embeddings, utt2spk=utt2spk)

    def embeddings_of(self, files: Sequence[str]) -> EmbeddingSet:
        """The embeddings of listed files, each once.

        Raises:
            InputError: A file has none.
        """
        embeddings = open_embeddings(self.embeddings)
        with blaming(self.listed or self.embeddings):
            rows = file_rows(embeddings, list(dict.fromkeys(files)))
        return embeddings.subset(dict.fromkeys(embeddings.utts[row] for row in rows.tolist()))

    def _all_lines(self, embeddings: EmbeddingSet, utt2spk: Mapping[str, str] | None) -> ListSource:
        if self.corpus is None or utt2spk is None:
            return ListSource.of_paths(utt for utt in embeddings.utts if "/" in utt)
        tables = read_labels(self.corpus).utt_tables
        if self.sessions is not None and self.sessions not in tables:
            raise InputError(f"no table {self.sessions}; it has {', '.join(sorted(tables)) or 'none'}")
        sessions = None if self.sessions is None else tables[self.sessions]
        return ListSource.of_tables(embeddings.utts, utt2spk, sessions)


@dataclass(frozen=True)
class TrialSource:
    """Trials and where their embeddings are."""

    name: str
    """What to call the list."""
    trials: Path
    """Of any convention that `read_trials` knows."""
    embeddings: Path
    """Of any form."""
    corpus: Path | None = None
    """Kaldi folder that knows the speakers."""

    def open(self) -> TrialList:
        """Open trials and embeddings.

        Raises:
            InputError: A file is missing or wrong.
        """
        has_tables = self.corpus is not None and (
            self.corpus.is_file() or (self.corpus / "utt2spk").is_file()
        )
        utt2spk = read_labels(self.corpus).utt2spk if self.corpus is not None and has_tables else None
        found, vectors = read_trials(self.trials), open_embeddings(self.embeddings)
        with blaming(self.trials):
            return TrialList.of(self.name, vectors, found, utt2spk=utt2spk)
