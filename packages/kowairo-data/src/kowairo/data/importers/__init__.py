"""Importers: the layouts in which corpora arrive."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from kowairo.data.importers.base import CorpusImporter as CorpusImporter
from kowairo.data.importers.base import Entry as Entry
from kowairo.data.importers.folder import CharacterFolder as CharacterFolder
from kowairo.data.importers.kaldi import KaldiFolder as KaldiFolder
from kowairo.data.importers.label_list import LabelList as LabelList
from kowairo.data.importers.table import TableFile as TableFile

LAYOUTS: Mapping[str, Callable[[Path], CorpusImporter]] = MappingProxyType(
    {"kaldi": KaldiFolder, "folder": CharacterFolder, "table": TableFile, "list": LabelList}
)
"""Importer by the short name that `--layout` takes; others are named by their class path."""

__all__ = [
    "LAYOUTS",
    "CharacterFolder",
    "CorpusImporter",
    "Entry",
    "KaldiFolder",
    "LabelList",
    "TableFile",
]
