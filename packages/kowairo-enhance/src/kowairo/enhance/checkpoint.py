"""Enhancers on disk: safetensors and plain YAML, nothing that can execute."""

from __future__ import annotations

import inspect
from pathlib import Path

import yaml
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from kowairo.core import InputError, atomic_path
from kowairo.enhance.base import EnhancementNet, Enhancer, Plain, SetEnhancer

_WEIGHTS, _CONFIG = "model.safetensors", "config.yaml"


def save_enhancer(enhancer: EnhancementNet, folder: Path) -> None:
    """Write ``model.safetensors`` and ``config.yaml`` (class_path, init_args); other files there stay.

    An older ``config.yaml`` goes first and the new one comes last: a folder that has one is whole.

    Args:
        enhancer: Any enhancer, of rows or of sets.
        folder: Where to write; made when missing.
    """
    config = {"class_path": class_path(enhancer), "init_args": dict(enhancer.init_args)}
    state = {key: value.detach().cpu().contiguous() for key, value in enhancer.state_dict().items()}
    (folder / _CONFIG).unlink(missing_ok=True)
    with atomic_path(folder / _WEIGHTS) as part:
        save_file(state, part)
    with atomic_path(folder / _CONFIG) as part:
        part.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")


def load_enhancer(folder: Path) -> Enhancer:
    """Rebuild what ``save_enhancer`` wrote, in evaluation mode on the CPU.

    Only subclasses of ``Enhancer`` that are already imported can be named (those of this package, and of
    plug-ins that were loaded with ``kowairo.core.load_plugins``): the file cannot make anything be imported.

    Args:
        folder: A folder of ``save_enhancer``.

    Returns:
        The enhancer with its weights.

    Raises:
        InputError: A file is missing or damaged, the class is unknown, the folder holds an enhancer of sets,
            or the weights do not fit (all keys that are missing or unexpected are listed).
    """
    net = load_enhancement_net(folder)
    if not isinstance(net, Enhancer):
        raise InputError(f"{folder}: {type(net).__name__} takes sets of embeddings, not one at a time")
    return net


def load_set_enhancer(folder: Path) -> SetEnhancer:
    """Rebuild an enhancer of sets; see ``load_enhancer``.

    Raises:
        InputError: As there; or the folder holds an enhancer of single embeddings.
    """
    net = load_enhancement_net(folder)
    if not isinstance(net, SetEnhancer):
        raise InputError(f"{folder}: {type(net).__name__} takes one embedding at a time, not sets")
    return net


def load_enhancement_net(folder: Path) -> EnhancementNet:
    """Rebuild an enhancer of either kind; see ``load_enhancer``.

    Raises:
        InputError: As there.
    """
    name, init_args = _read_config(folder / _CONFIG)
    net = build_enhancer(name, init_args)
    path = folder / _WEIGHTS
    try:
        state = load_file(path)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; is {folder} a saved enhancer?") from error
    except SafetensorError as error:
        raise InputError(f"{path}: not a safetensors file: {error}") from error
    own = net.state_dict()
    wrong = {key for key in own.keys() & state.keys() if own[key].shape != state[key].shape}
    if wrong or own.keys() != state.keys():
        raise InputError(
            f"{path}: weights do not fit {name}: missing {sorted(own.keys() - state.keys())}, "
            f"unexpected {sorted(state.keys() - own.keys())}, of another shape {sorted(wrong)}"
        )
    net.load_state_dict(state)
    return net.eval()


def class_path(enhancer: EnhancementNet) -> str:
    """Return the name under which the enhancer's class is saved: "package.module.Class"."""
    return f"{type(enhancer).__module__}.{type(enhancer).__qualname__}"


def build_enhancer(name: str, init_args: dict[str, Plain]) -> EnhancementNet:
    """Build an untrained enhancer.

    Args:
        name: "package.module.Class" of an imported subclass of ``EnhancementNet``.
        init_args: Its keyword arguments.

    Returns:
        The enhancer.

    Raises:
        InputError: The class is unknown or does not take the arguments.
    """
    known = {f"{kind.__module__}.{kind.__qualname__}": kind for kind in _loaded_enhancers()}
    if name not in known:
        raise InputError(f"no enhancer {name!r} is loaded; known are {', '.join(sorted(known))}")
    try:
        inspect.signature(known[name]).bind(**init_args)
    except TypeError as error:
        raise InputError(f"{name}: {error}") from error
    return known[name](**init_args)


def _loaded_enhancers() -> list[type[EnhancementNet]]:
    """All classes below ``EnhancementNet``, at any depth, that can be built."""
    found: list[type[EnhancementNet]] = []
    pending = EnhancementNet.__subclasses__()
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        found += [] if inspect.isabstract(kind) else [kind]
    return found


def _read_config(path: Path) -> tuple[str, dict[str, Plain]]:
    """Read class path and arguments."""
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; is {path.parent} a saved enhancer?") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not plain YAML: {error}") from error
    if not isinstance(config, dict) or set(config) != {"class_path", "init_args"}:
        raise InputError(f"{path}: expected class_path and init_args, got {config!r:.80}")
    if not isinstance(config["class_path"], str) or not isinstance(config["init_args"], dict):
        raise InputError(f"{path}: expected class_path (text) and init_args (a mapping), got {config!r:.80}")
    return config["class_path"], config["init_args"]
