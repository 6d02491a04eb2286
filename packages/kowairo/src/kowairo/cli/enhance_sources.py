"""What an enhancement net is trained and tested on, from the options of a command."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kowairo.cli.label_tables import read_labels
from kowairo.cli.set_folders import embedding_sets
from kowairo.cli.trial_files import blaming
from kowairo.core import EmbeddingSet, InputError, open_embeddings, read_trials
from kowairo.data.enhancement_lists import ListSource, file_rows, speakers_by_path
from kowairo.losses import EnhancementListKind
from kowairo.training.enhancement import (
    EnhancementItems,
    EnrollmentList,
    TrialList,
    draw_list,
    list_items,
    pair_items,
    read_list,
)


@dataclass(frozen=True)
class ItemSource:
    """One side of a training: embeddings, and a list of them or a corpus that knows their speakers."""

    embeddings: Path
    """Embeddings of any form; with `clean` also a folder with several sets."""
    corpus: Path | None = None
    """Kaldi folder, or a file in the form of utt2spk."""
    listed: Path | None = None
    """List file; without one, all embeddings that the corpus knows."""
    sessions: str | None = None
    """Table of the corpus, for pairs of sessions where there is no list."""
    domains: str | None = None
    """Table of the corpus, for an adversary."""
    clean: Path | None = None
    """Embeddings of the same lines without what disturbs them; then no labels are needed."""

    def items(self, kind: EnhancementListKind, *, seed: int) -> EnhancementItems:
        """Find the items of a kind.

        Args:
            kind: What the loss needs.
            seed: Of what is drawn where there is no list.

        Raises:
            InputError: A file is missing or wrong; the message says which.
        """
        if self.clean is not None:
            return self._pairs(self.clean, kind)
        embeddings = open_embeddings(self.embeddings)
        if self.listed is not None:
            lines, blamed = read_list(self.listed, kind), self.listed
        else:
            blamed = self.corpus or self.embeddings
            with blaming(blamed):
                lines = draw_list(self._all_lines(embeddings), kind, seed=seed)
        with blaming(blamed):
            return list_items(
                lines, embeddings, utt2spk=self.utt2spk, utt2domain=self._table(self.domains, "domains")
            )

    @property
    def utt2spk(self) -> dict[str, str] | None:
        """Speakers that the corpus knows; None without a corpus."""
        return None if self.corpus is None else dict(read_labels(self.corpus).utt2spk)

    def embeddings_of(self, files: Sequence[str]) -> EmbeddingSet:
        """The embeddings of listed files, each once.

        Raises:
            InputError: A file has none.
        """
        embeddings = open_embeddings(self.embeddings)
        with blaming(self.listed or self.embeddings):
            rows = file_rows(embeddings, list(dict.fromkeys(files)))
        return embeddings.subset(dict.fromkeys(embeddings.utts[row] for row in rows.tolist()))

    def enrollments(self, name: str, *, sizes: Sequence[int], seed: int) -> EnrollmentList:
        """Draw models of several lines and trials of them.

        Args:
            name: What to call the list.
            sizes: Lines of a model; those that fewer than two speakers have lines for are left out.
            seed: Of the draw.

        Raises:
            InputError: No size is possible, or a file is missing or wrong.
        """
        embeddings, utt2spk = self._labelled()
        with blaming(self.corpus or self.embeddings):
            chosen = self.possible_sizes(sizes)
            return EnrollmentList.draw(name, embeddings, utt2spk, sizes=chosen, seed=seed)

    def possible_sizes(self, sizes: Sequence[int]) -> list[int]:
        """Of some numbers of lines those that two speakers have one more than; the first where there is none.

        Args:
            sizes: Lines of a model.
        """
        embeddings, utt2spk = self._labelled()
        counts = sorted(Counter(utt2spk[utt] for utt in embeddings.utts if utt in utt2spk).values())
        possible = [size for size in sizes if len(counts) > 1 and counts[-2] > size]
        return possible or list(sizes[:1])  # where none is possible, the first says why

    def _labelled(self) -> tuple[EmbeddingSet, dict[str, str]]:
        """The embeddings and whose they are."""
        embeddings, utt2spk = open_embeddings(self.embeddings), self.utt2spk
        return embeddings, dict(speakers_by_path(embeddings.utts)) if utt2spk is None else utt2spk

    def _pairs(self, clean: Path, kind: EnhancementListKind) -> EnhancementItems:
        if kind != "normal":
            raise InputError(f"clean embeddings are targets of single lines, the loss needs a {kind} list")
        targets = open_embeddings(clean)
        disturbed = [vectors for _, vectors in embedding_sets(self.embeddings)]
        with blaming(self.embeddings):
            # The clean lines, too: what is good already is to stay as it is.
            return pair_items([*disturbed, targets], targets, utt2spk=self.utt2spk)

    def _all_lines(self, embeddings: EmbeddingSet) -> ListSource:
        utt2spk = self.utt2spk
        if utt2spk is None:
            return ListSource.of_paths(utt for utt in embeddings.utts if "/" in utt)
        return ListSource.of_tables(embeddings.utts, utt2spk, self._table(self.sessions, "sessions"))

    def _table(self, name: str | None, option: str) -> dict[str, str] | None:
        if name is None:
            return None
        if self.corpus is None:
            raise InputError(f"--{option} {name} is a table of a corpus; give its folder")
        tables = read_labels(self.corpus).utt_tables
        if name not in tables:
            raise InputError(f"no table {name}; it has {', '.join(sorted(tables)) or 'none'}")
        return tables[name]


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
