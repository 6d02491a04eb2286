"""What a corpus importer is: it lists lines, it decodes nothing."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field

from kowairo.core import AudioRef


@dataclass(frozen=True)
class Entry:
    """One line of a corpus, as an importer found it."""

    utt: str
    """Utterance id: no blank in it, unique in the corpus."""
    speaker: str
    """Speaker id without blanks; empty where the corpus does not say who speaks."""
    ref: AudioRef
    """The audio; it may be missing or broken, which `import_corpus` counts."""
    tables: dict[str, str] = field(default_factory=dict)
    """Values of utterance tables by file name (`text`, `utt2title` ...); no empty values."""
    speaker_tables: dict[str, str] = field(default_factory=dict)
    """Values of speaker tables by file name (`spk2va`, `spk2name` ...); no empty values."""


class CorpusImporter(ABC):
    """Lists the lines of a corpus in one layout; the plug-in kind of `kowairo corpus import`.

    A subclass stores its arguments, and reads when `entries` is called. It passes `check_importer`.
    """

    @abstractmethod
    def entries(self) -> Iterator[Entry]:
        """Lists every line once, in an order that depends on the corpus alone.

        Lines that cannot be used are listed too, so that they are counted: an unknown speaker as the
        empty string, a missing file by its path.

        Yields:
            The lines.

        Raises:
            InputError: The corpus has another layout; the message says what was expected.
        """
