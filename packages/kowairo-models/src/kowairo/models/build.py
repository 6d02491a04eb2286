"""Building encoders from configurations."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from kowairo.core import InputError

from .encoder import Encoder
from .front_end import FrontEnd
from .pooling import Pooling

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
"""What YAML holds without tags."""

_PartT = TypeVar("_PartT", Encoder, FrontEnd, Pooling)


def build_encoder(config: Mapping[str, Plain]) -> Encoder:
    """An encoder from its configuration, with untrained weights.

    Only subclasses of Encoder, and of FrontEnd and Pooling for a nested front end and pooling, are ever
    called; a configuration cannot name anything else.

    Args:
        config: {"class_path": "package.module.Class", "init_args": {...}}; init_args may be missing, and its
            "front_end", "pooling" and "encoder" are such configurations again.

    Returns:
        The encoder.

    Raises:
        InputError: class_path names nothing, or something that is not an encoder, front end or pooling, or
            the class does not take the arguments.
    """
    return _build(config, Encoder)  # type: ignore[type-abstract]  # a base to check against, never called


def _build(config: Mapping[str, Plain], base: type[_PartT]) -> _PartT:
    if not isinstance(config, Mapping) or not set(config) <= {"class_path", "init_args"}:
        raise InputError(f"expected class_path and init_args for a {base.__name__}, got {config!r}")
    class_path = config.get("class_path")
    arguments = config.get("init_args") or {}
    if not isinstance(class_path, str) or not isinstance(arguments, Mapping):
        raise InputError(f"expected class_path (text) and init_args (a mapping), got {config!r}")
    found = _find_class(class_path, base)
    nested: dict[str, Plain | FrontEnd | Pooling | Encoder] = dict(arguments)
    front_end, pooling = arguments.get("front_end"), arguments.get("pooling")
    encoder = arguments.get("encoder")
    if isinstance(front_end, Mapping):
        nested["front_end"] = _build(front_end, FrontEnd)  # type: ignore[type-abstract]  # as above
    if isinstance(pooling, Mapping):
        nested["pooling"] = _build(pooling, Pooling)  # type: ignore[type-abstract]  # as above
    if isinstance(encoder, Mapping):
        nested["encoder"] = _build(encoder, Encoder)  # type: ignore[type-abstract]  # as above
    try:
        inspect.signature(found).bind(**nested)
    except TypeError as error:
        raise InputError(f"{class_path}: {error}; it takes {inspect.signature(found)}") from error
    make: Callable[..., _PartT] = found
    return make(**nested)


def _find_class(class_path: str, base: type[_PartT]) -> type[_PartT]:
    module_name, _, name = class_path.rpartition(".")
    if not module_name:
        raise InputError(f"expected a class_path like kowairo.models.EcapaGroupNorm, got {class_path!r}")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise InputError(f"class_path {class_path!r}: cannot import {module_name}: {error}") from error
    found = getattr(module, name, None)
    if not (inspect.isclass(found) and issubclass(found, base)):
        raise InputError(f"class_path {class_path!r} is not a subclass of {base.__module__}.{base.__name__}")
    if inspect.isabstract(found):
        raise InputError(f"class_path {class_path!r} is abstract; name one of its subclasses")
    return found
