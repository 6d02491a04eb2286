"""Every recipe runs, on as little as possible."""

import re

import pytest
import yaml


@pytest.mark.smoke
def test_a_recipe_runs_from_its_first_stage_to_its_last(recipe, tmp_path):
    result = recipe.run("--conf", "smoke", "--exp", tmp_path / "exp")
    assert result.returncode == 0, result.stderr[-3000:]
    assert re.match(r"stage \d: report: done", result.stdout.splitlines()[-1])
    assert (tmp_path / "exp" / "report" / "report.html").exists()


def test_a_recipe_has_a_readme_results_and_the_usual_configurations(recipe):
    names = ("README.md", "RESULTS.md", "conf/mini.yaml", "conf/full.yaml", "conf/smoke.yaml")
    assert [name for name in names if not (recipe.folder / name).exists()] == []


def test_the_configurations_of_a_recipe_have_the_same_sections(recipe):
    confs = {
        path.name: yaml.safe_load(path.read_text("utf-8")) for path in (recipe.folder / "conf").glob("*.yaml")
    }
    sections = {name: {one for one in conf if not one.endswith("_novel")} for name, conf in confs.items()}
    assert sections == dict.fromkeys(confs, sections["mini.yaml"])


def test_a_recipe_holds_no_algorithm(recipe):
    python = list(recipe.folder.rglob("*.py"))
    assert [
        path for path in python if path.parent.name != "local" or "class " in path.read_text("utf-8")
    ] == []
