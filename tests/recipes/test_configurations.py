"""Every configuration of every recipe is one that the command takes."""

from importlib import import_module
from inspect import signature

import pytest
import yaml

from kowairo.cli.commands import COMMANDS
from kowairo.cli.run_command import build_parser
from kowairo.core import load_plugins

SECTIONS = {
    "synthesize": "corpus synthesize",
    "import": "corpus import",
    "split": "corpus split",
    "trials": "trials make",
    "material": "augment material",
    "noisy": "augment copy",
    "pack": "corpus pack",
    "pack_anime": "corpus pack",
    "revoice": "corpus revoice",
    "teach": "embed",
    "anime": "train",
    "card_base": "models pack",
    "card_anime": "models pack",
    "train": "train",
    "merge": "merge",
    "continue": "train",
    "finetune": "finetune",
    "embed": "embed",
    "baseline": "embed",
    "lda": "backend fit",
    "scores": "evaluate",
    "baseline_scores": "evaluate",
    "enhance": "enhance train",
    "enhance_sessions": "enhance train",
    "closed": "enhance fit",
    "reverberated": "augment copy",
    "disturbed": "augment copy",
    "embed_short": "embed",
    "embed_train": "embed",
    "embed_disturbed": "embed",
    "plain": "enhance train",
    "views": "enhance train",
    "views_sessions": "enhance train",
    "clean": "enhance train",
    "pairs": "enhance train",
    "sets": "enhance train",
    "closed_views": "enhance fit",
    "comparison": "enhance table",
    "lists": "enhance lists",
    "report": "report",
    "normalize": "normalize",
    "calibrate": "calibrate",
    "metrics": "metrics",
    "evaluation": "report evaluation",
    "table": "report",
}


def jobs(section, folder):
    """The configurations of a section: one, or one for each of its jobs."""
    if "jobs" not in section:
        return [section]
    named = section["jobs"].values()
    return [
        yaml.safe_load((folder / job).read_text("utf-8")) if isinstance(job, str) else job for job in named
    ]


def from_the_recipe(command, job):
    """Values for the required options that the recipe gives itself: folders and names."""
    options = signature(command).parameters.values()
    missing = [one.name for one in options if one.default is one.empty and one.name not in job]
    others = {"sets": {"test": "x"}, "enhancers": ["x"]}
    return {name: others.get(name, "x") for name in missing}


@pytest.mark.slow
def test_every_section_is_taken_by_its_command(configuration):
    load_plugins()
    for name, section in yaml.safe_load(configuration.read_text("utf-8")).items():
        module, _, function = COMMANDS[SECTIONS[name.removesuffix("_novel")]].target.partition(":")
        command = getattr(import_module(module), function)
        for job in jobs(section, configuration.parent):
            build_parser(name, command).parse_object({**from_the_recipe(command, job), **job})
