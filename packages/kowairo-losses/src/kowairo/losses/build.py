"""Building losses from configurations."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, TypeVar

from torch import nn

from kowairo.core import InputError

from .base import DistillationLoss, DomainLoss, Loss
from .cross_batch_memory import CrossBatchMemory
from .identity_level import DomainIdentityLevel
from .joint_objective import JointObjective
from .weighted_sum import WeightedTerm

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
"""What YAML holds without tags."""

_Made: TypeAlias = "Plain | nn.Module | list[WeightedTerm]"
_LossT = TypeVar("_LossT", bound=nn.Module)
TargetName = Literal["labels", "domains", "teacher"]
"""A kind of target; see Targets."""
_BUILDABLE = (Loss, DomainLoss, DistillationLoss, JointObjective, CrossBatchMemory)


@dataclass(frozen=True)
class LossSizes:
    """What a configuration need not say, because the data and the encoder do.

    A constructor that has an argument of one of these names gets the value, unless the configuration says
    otherwise.
    """

    embedding_dim: int
    """Dimension of the encoder."""
    num_classes: int | None = None
    """Training speakers."""
    num_domains: int | None = None
    """Domains."""
    teacher_dim: int | None = None
    """Dimension of the teacher's embeddings."""
    seed: int | None = None
    """Seed of initial weights."""


def build_loss(config: Mapping[str, Plain], base: type[_LossT], *, sizes: LossSizes) -> _LossT:
    """A loss from its configuration.

    Only losses, `JointObjective` and `CrossBatchMemory` are ever called; a configuration cannot name anything
    else.

    Args:
        config: {"class_path": "package.module.Class", "init_args": {...}}; init_args may be missing, and the
            module where it is kowairo.losses. An argument may be such a configuration again; "terms" is a
            list of {"loss": such a configuration, "weight": number}.
        base: what the loss has to be, e.g. Loss or JointObjective.
        sizes: what the data and the encoder say.

    Returns:
        The loss.

    Raises:
        InputError: class_path names nothing, or something that is no such loss, or the class does not take
            the arguments.
    """
    built = _build(config, sizes)
    if not isinstance(built, base):
        raise InputError(f"class_path {config['class_path']!r} is not a {base.__module__}.{base.__name__}")
    return built


def needed_targets(config: Mapping[str, Plain]) -> frozenset[TargetName]:
    """What a configured loss has to know of the utterances; nothing is built.

    Args:
        config: see `build_loss`.

    Raises:
        InputError: class_path names no loss, or a term is none.
    """
    class_path, arguments = _parts(config)
    found = _find_class(class_path)
    if not issubclass(found, JointObjective):
        return frozenset({_target_of(found)})
    terms = arguments.get("terms")
    needed: set[TargetName] = set()
    for term in terms if isinstance(terms, list) else []:
        needed |= needed_targets(_loss_of_term(term)[0])
    return frozenset(needed)


def domain_levels(config: Mapping[str, Plain]) -> list[str]:
    """Names of the levels of identity over domains in a configuration; nothing is built.

    Args:
        config: see `build_loss`.

    Raises:
        InputError: class_path names no loss, or a term is none.
    """
    class_path, arguments = _parts(config)
    if issubclass(_find_class(class_path), DomainIdentityLevel):
        return [str(arguments.get("name", ""))]
    terms = arguments.get("terms")
    return [
        name
        for term in (terms if isinstance(terms, list) else [])
        for name in domain_levels(_loss_of_term(term)[0])
    ]


def _target_of(loss: type[nn.Module]) -> TargetName:
    if issubclass(loss, DomainLoss):
        return "domains"
    return "teacher" if issubclass(loss, DistillationLoss) else "labels"


def _parts(config: Mapping[str, Plain]) -> tuple[str, Mapping[str, Plain]]:
    if not isinstance(config, Mapping) or not set(config) <= {"class_path", "init_args"}:
        raise InputError(f"expected class_path and init_args for a loss, got {config!r}")
    class_path, arguments = config.get("class_path"), config.get("init_args") or {}
    if not isinstance(class_path, str) or not isinstance(arguments, Mapping):
        raise InputError(f"expected class_path (text) and init_args (a mapping), got {config!r}")
    return class_path, arguments


def _build(config: Mapping[str, Plain], sizes: LossSizes) -> nn.Module:
    class_path, arguments = _parts(config)
    found = _find_class(class_path)
    make: Callable[..., nn.Module] = found
    parameters = inspect.signature(make).parameters
    known = {name: value for name, value in vars(sizes).items() if name in parameters and value is not None}
    # What a loss over domains holds classifies domains.
    within = replace(sizes, num_classes=sizes.num_domains) if issubclass(found, DomainLoss) else sizes
    given = known | {name: _argument(name, value, within) for name, value in arguments.items()}
    try:
        inspect.signature(make).bind(**given)
    except TypeError as error:
        raise InputError(f"{class_path}: {error}; it takes {inspect.signature(make)}") from error
    return make(**given)


def _argument(name: str, value: Plain, sizes: LossSizes) -> _Made:
    if isinstance(value, Mapping) and "class_path" in value:
        return _build(value, sizes)
    if name == "terms" and isinstance(value, list):
        return [_term(one, sizes) for one in value]
    return value


def _term(value: Plain, sizes: LossSizes) -> WeightedTerm:
    loss, weight = _loss_of_term(value)
    built = _build(loss, sizes)
    if not isinstance(built, Loss | DomainLoss | DistillationLoss):
        raise InputError(f"{type(built).__name__} cannot be a term of a sum")
    return WeightedTerm(built, weight)


def _loss_of_term(value: Plain) -> tuple[Mapping[str, Plain], float]:
    if not isinstance(value, Mapping) or not {"loss"} <= set(value) <= {"loss", "weight"}:
        raise InputError(f"expected loss and weight for a term, got {value!r}")
    loss, weight = value["loss"], value.get("weight", 1.0)
    if not isinstance(loss, Mapping) or not isinstance(weight, int | float):
        raise InputError(f"expected loss (a configuration) and weight (a number), got {value!r}")
    return loss, float(weight)


def _find_class(class_path: str) -> type[nn.Module]:
    module_name, _, name = class_path.rpartition(".")
    # Classes of this package need no module before their name.
    module_name = module_name or __name__.rpartition(".")[0]
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise InputError(f"class_path {class_path!r}: cannot import {module_name}: {error}") from error
    found = getattr(module, name, None)
    if not (inspect.isclass(found) and issubclass(found, _BUILDABLE)):
        raise InputError(f"class_path {class_path!r} is not a loss of kowairo.losses' kinds")
    if inspect.isabstract(found):
        raise InputError(f"class_path {class_path!r} is abstract; name one of its subclasses")
    return found
