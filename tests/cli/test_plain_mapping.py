import pytest

from kowairo.cli.plain_mapping import PlainMapping
from kowairo.cli.run_command import build_parser


def keep(*, encoder: PlainMapping | None = None) -> None:
    """Keep a mapping.

    Args:
        encoder: class_path and init_args.
    """


@pytest.mark.slow
def test_class_paths_inside_a_plain_mapping_are_not_built():
    config = {
        "class_path": "kowairo.models.EcapaGroupNorm",
        "init_args": {"front_end": {"class_path": "x.Y"}},
    }
    parser = build_parser("keep", keep)
    assert parser.instantiate(parser.parse_object({"encoder": config})).encoder == config
