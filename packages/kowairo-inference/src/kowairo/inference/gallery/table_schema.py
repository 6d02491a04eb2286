"""What a table of references says of itself: its columns, its format and the encoder of its vectors."""

import json
from dataclasses import asdict, dataclass

import pyarrow as pa

from kowairo.core import InputError

_FORMAT = 1
_KEY = b"kowairo.gallery"


@dataclass(frozen=True)
class GalleryEncoder:
    """The encoder of a gallery: vectors of another one mean something else and are refused."""

    name: str
    """What opens it: a name, or a checkpoint folder."""
    sha256: str
    """Digest of weights and configuration."""
    dim: int
    """Length of its embeddings."""


def table_schema(encoder: GalleryEncoder) -> pa.Schema:
    """Columns of a table of references, with format and encoder in the metadata."""
    texts = [pa.field(name, pa.utf8(), nullable=False) for name in ("voice", "source", "digest")]
    vector = pa.field("vector", pa.list_(pa.float32(), encoder.dim), nullable=False)
    content = json.dumps({"format": _FORMAT, "encoder": asdict(encoder)}, ensure_ascii=False)
    return pa.schema([*texts, pa.field("duration_s", pa.float64()), vector], metadata={_KEY: content})


def read_encoder(schema: pa.Schema, place: str) -> GalleryEncoder:
    """The encoder that a schema names.

    Args:
        schema: Of a table.
        place: Of the table, for messages.

    Raises:
        InputError: It is of no gallery, or of one of another format.
    """
    try:
        content = json.loads((schema.metadata or {})[_KEY])
        found = GalleryEncoder(**content["encoder"])
        form = int(content["format"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{place}: a LanceDB table, but no gallery of kowairo") from error
    if form != _FORMAT:
        raise InputError(f"{place}: a gallery of format {form}, this version reads {_FORMAT}")
    return found
