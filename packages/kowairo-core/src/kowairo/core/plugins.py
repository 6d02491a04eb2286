"""Discovery of plug-in modules that installed distributions announce."""

from importlib import import_module
from importlib.metadata import entry_points

from kowairo.core.errors import KowairoError


def load_plugins(group: str = "kowairo.plugins") -> list[str]:
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
