"""The distributions: names, metadata, and that what they declare is what they import."""

import ast
import re
import sys

import pytest

IMPORT_NAMES = {
    "pyopenjtalk_plus": "pyopenjtalk",
    "pyworld_prebuilt": "pyworld",
    "pyyaml": "yaml",
    "scikit_learn": "sklearn",
    "umap_learn": "umap",
}
# Needed by a library that we import, at run time, without an import of ours.
NEEDED_BY_OTHERS = {"tensorboard", "onnx", "onnxscript", "onnxruntime", "python_multipart"}
# Imported by their names in a string, so that a missing extra can be explained.
LOADED_BY_NAME = {"fsspec", "pyopenjtalk", "pyworld"}


def declared(package, *, extras=True):
    """Import names of everything that a distribution depends on."""
    project = package.project["project"]
    optional = project.get("optional-dependencies", {}).values() if extras else []
    requirements = [*project["dependencies"], *(one for extra in optional for one in extra)]
    names = {re.match(r"[\w.-]+", one)[0].lower().replace("-", "_") for one in requirements}
    return {IMPORT_NAMES.get(name, name) for name in names}


def imported(package):
    """Import names, outside the standard library, of everything that a package imports anywhere."""
    names = set()
    for module in package.modules:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module)
    own = f"kowairo.{package.name}"
    names = {name for name in names if name != own and not name.startswith(own + ".")}
    tops = {"_".join(n.split(".")[:2]) if n.startswith("kowairo.") else n.split(".")[0] for n in names}
    return tops - set(sys.stdlib_module_names)


def siblings(names):
    return {name for name in names if name.startswith("kowairo_")}


def test_folder_distribution_and_import_name_agree(package):
    assert package.project["project"]["name"] == package.folder.name
    assert [path.name for path in package.portion.parent.iterdir() if path.is_dir()] == [package.name]


def test_the_namespace_has_no_init(package):
    assert not (package.portion.parent / "__init__.py").exists()
    assert (package.portion / "__init__.py").exists()


def test_types_are_announced(package):
    assert (package.portion / "py.typed").exists()


def test_tools_are_configured_at_the_root_only(package):
    assert set(package.project.get("tool", {})) == {"hatch"}


def test_every_import_is_declared(package):
    assert imported(package) - declared(package) == set()


def test_everything_declared_is_imported(package):
    if package.name == "cli":
        pytest.skip("the umbrella depends on every package so that installing it installs all")
    assert declared(package) - imported(package) - NEEDED_BY_OTHERS - LOADED_BY_NAME == set()


def test_siblings_are_declared_without_a_version(package):
    requirements = package.project["project"]["dependencies"]
    assert [one for one in requirements if one.startswith("kowairo") and re.search(r"[<>=~]", one)] == []


def test_nothing_but_tests_depends_on_the_testing_package(package):
    assert "kowairo_testing" not in siblings(declared(package))
