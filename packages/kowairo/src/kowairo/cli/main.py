"""Entry point of the `kowairo` command."""


def main() -> int:
    """Run the command."""
    return 0
