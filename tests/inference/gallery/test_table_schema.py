import json

import pyarrow as pa
import pytest

from kowairo.core import InputError
from kowairo.inference.gallery.table_schema import GalleryEncoder, read_encoder, table_schema

ENCODER = GalleryEncoder("声", "a" * 64, 8)


def test_a_schema_says_which_encoder_its_vectors_are_of():
    schema = table_schema(ENCODER)
    assert read_encoder(schema, "g") == ENCODER
    assert schema.field("vector").type == pa.list_(pa.float32(), 8)
    assert [field.name for field in schema if field.nullable] == ["duration_s"]


@pytest.mark.parametrize("said", [None, b"no JSON", b"[]", b'{"format": 1, "encoder": {"name": "x"}}'])
def test_a_table_of_others_is_no_gallery(said):
    metadata = None if said is None else {b"kowairo.gallery": said}
    with pytest.raises(InputError, match="there: a LanceDB table, but no gallery of kowairo"):
        read_encoder(pa.schema([pa.field("voice", pa.utf8())], metadata=metadata), "there")


def test_a_later_format_is_refused_by_its_number():
    schema = table_schema(ENCODER)
    later = json.loads(schema.metadata[b"kowairo.gallery"]) | {"format": 2}
    with pytest.raises(InputError, match="of format 2, this version reads 1"):
        read_encoder(schema.with_metadata({b"kowairo.gallery": json.dumps(later)}), "g")
