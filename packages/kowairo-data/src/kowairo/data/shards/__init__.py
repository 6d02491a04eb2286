"""Corpora as tar files of the WebDataset layout, read sequentially."""

from kowairo.data.shards.index_shards import LabelMember as LabelMember
from kowairo.data.shards.index_shards import index_shards as index_shards
from kowairo.data.shards.index_shards import list_shards as list_shards
from kowairo.data.shards.record_shards import record_shards as record_shards
from kowairo.data.shards.shard_set import Shard as Shard
from kowairo.data.shards.shard_set import ShardReader as ShardReader
from kowairo.data.shards.shard_set import ShardSet as ShardSet
from kowairo.data.shards.tar_samples import TarSample as TarSample
from kowairo.data.shards.tar_samples import tar_samples as tar_samples
from kowairo.data.shards.write_shards import ShardFormat as ShardFormat
from kowairo.data.shards.write_shards import write_shards as write_shards

__all__ = [
    "LabelMember",
    "Shard",
    "ShardFormat",
    "ShardReader",
    "ShardSet",
    "TarSample",
    "index_shards",
    "list_shards",
    "record_shards",
    "tar_samples",
    "write_shards",
]
