"""Discovery of plug-in modules that installed distributions announce."""

from importlib import import_module
from importlib.metadata import entry_points

from kowairo.core.errors import KowairoError

PLUGINS = "kowairo.plugins"
"""Entry-point group of modules that belong to kowairo."""


def load_plugins(group: str = PLUGINS) -> list[str]:
    """Import the modules that distributions announce under an entry-point group.

    A distribution announces one module, not one entry per class: a class is found because its module was
    imported and it subclasses a base of kowairo, so a new class needs no re-install. The command calls
    this before it parses; library code never does.

    Args:
        group: The entry-point group.

    Returns:
        Names of the imported modules, sorted.

    Raises:
        KowairoError: A module cannot be imported; the message names the distribution.
    """
    modules = set()
    for entry in entry_points(group=group):
        try:
            import_module(entry.module)
        except ImportError as error:
            owner = entry.dist.name if entry.dist else "an unknown distribution"
            raise KowairoError(f"plug-in {entry.module!r} of {owner} cannot be imported: {error}") from error
        modules.add(entry.module)
    return sorted(modules)


def is_plugin(module: str, group: str = PLUGINS) -> bool:
    """Whether a module is one, or lies in one, that an installed distribution announces.

    What a file names may be imported only then: any other module could be somebody's code beside that file.

    Args:
        module: Dotted name.
        group: The entry-point group.
    """
    return any(f"{module}.".startswith(f"{entry.module}.") for entry in entry_points(group=group))
