"""Type of options that are passed on as they are written."""

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    PlainMapping: TypeAlias = dict[str, Any]
else:
    # jsonargparse builds an object of every class_path that it finds below dict[str, Any]; the library is to
    # be given the class_path itself, which it writes into checkpoints.
    PlainMapping = dict
