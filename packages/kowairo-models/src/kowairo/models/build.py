"""Building encoders from configurations."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from torch import nn

from kowairo.core import InputError, is_plugin

from .encoder import Encoder
from .front_end import FrontEnd
from .pooling import Pooling

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
"""What YAML holds without tags."""

_PartT = TypeVar("_PartT", Encoder, FrontEnd, Pooling)
_ClassT = TypeVar("_ClassT", bound=nn.Module)


def build_encoder(config: Mapping[str, Plain]) -> Encoder:
    """An encoder from its configuration, with untrained weights.

    Only subclasses of Encoder, of FrontEnd and Pooling for a nested front end and pooling, and modules that
    say their dimensions for a nested enhancer are ever called; a configuration cannot name anything else. Nor
    can it make anything be imported but plug-ins (`kowairo.core.is_plugin`): import your own class first.

    Args:
        config: {"class_path": "package.module.Class", "init_args": {...}}; init_args may be missing, and its
            "front_end", "pooling", "encoder" and "enhancer" are such configurations again.

    Returns:
        The encoder.

    Raises:
        InputError: class_path names nothing, or something that is not an encoder, front end or pooling, or
            the class does not take the arguments.
    """
    return _build(config, Encoder)  # type: ignore[type-abstract]  # a base to check against, never called


def build_module(config: Mapping[str, Plain]) -> nn.Module:
    """A module that maps embeddings to embeddings, from its configuration.

    Args:
        config: class_path of a torch module with properties `input_dim` and `output_dim`, and init_args.

    Returns:
        The module, untrained.

    Raises:
        InputError: class_path names nothing, or no such module, or the class does not take the arguments.
    """
    class_path, arguments = config.get("class_path"), config.get("init_args") or {}
    if not isinstance(class_path, str) or not isinstance(arguments, Mapping):
        raise InputError(f"expected class_path (text) and init_args (a mapping), got {dict(config)!r}")
    found = _find_class(class_path, nn.Module)
    if not (hasattr(found, "input_dim") and hasattr(found, "output_dim")):
        raise InputError(f"class_path {class_path!r} does not say input_dim and output_dim of embeddings")
    try:
        inspect.signature(found).bind(**arguments)
    except TypeError as error:
        raise InputError(f"{class_path}: {error}; it takes {inspect.signature(found)}") from error
    make: Callable[..., nn.Module] = found
    return make(**arguments)


def _build(config: Mapping[str, Plain], base: type[_PartT]) -> _PartT:
    if not isinstance(config, Mapping) or not set(config) <= {"class_path", "init_args"}:
        raise InputError(f"expected class_path and init_args for a {base.__name__}, got {config!r}")
    class_path = config.get("class_path")
    arguments = config.get("init_args") or {}
    if not isinstance(class_path, str) or not isinstance(arguments, Mapping):
        raise InputError(f"expected class_path (text) and init_args (a mapping), got {config!r}")
    found = _find_class(class_path, base)
    nested: dict[str, Plain | FrontEnd | Pooling | Encoder | nn.Module] = dict(arguments)
    front_end, pooling = arguments.get("front_end"), arguments.get("pooling")
    encoder, enhancer = arguments.get("encoder"), arguments.get("enhancer")
    if isinstance(front_end, Mapping):
        nested["front_end"] = _build(front_end, FrontEnd)  # type: ignore[type-abstract]  # as above
    if isinstance(pooling, Mapping):
        nested["pooling"] = _build(pooling, Pooling)  # type: ignore[type-abstract]  # as above
    if isinstance(encoder, Mapping):
        nested["encoder"] = _build(encoder, Encoder)  # type: ignore[type-abstract]  # as above
    if isinstance(enhancer, Mapping):
        nested["enhancer"] = build_module(enhancer)
    try:
        inspect.signature(found).bind(**nested)
    except TypeError as error:
        raise InputError(f"{class_path}: {error}; it takes {inspect.signature(found)}") from error
    make: Callable[..., _PartT] = found
    return make(**nested)


def _find_class(class_path: str, base: type[_ClassT]) -> type[_ClassT]:
    module_name, _, name = class_path.rpartition(".")
    if not module_name:
        raise InputError(f"expected a class_path like kowairo.models.EcapaGroupNorm, got {class_path!r}")
    if module_name not in sys.modules and not is_plugin(module_name):
        raise InputError(
            f"class_path {class_path!r}: cannot import {module_name}: it is not imported yet, and no "
            "installed distribution announces it under the entry points kowairo.plugins"
        )
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
