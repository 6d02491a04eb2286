"""Every module is short, has its test file, and leans on no trick to be found."""

import ast
import re

import pytest

MOST_LINES = 400
MOST_FUNCTION_LINES = 50
SOURCES = ("packages", "tests", "tools", "recipes", "benchmarks", "docs", ".ci")
TEXT = {".py", ".sh", ".md", ".toml", ".yaml", ".yml", ".txt", ""}
# Built here, so that this file does not name what it forbids.
PATH_TRICKS = re.compile("|".join(["sys" + r"\.path", "PYTHON" + "PATH", "site" + r"\.addsitedir"]))
# A test may set it for a program that it starts, to hide a library from it.
PATH_TRICKS_OF_TESTS = re.compile("|".join(["sys" + r"\.path", "site" + r"\.addsitedir"]))
DATA_FOLDER = re.compile("shared" + r"[\"'/\s,)]+\"?data")


def source_files(root):
    files = [path for folder in SOURCES for path in (root / folder).rglob("*")]
    files += list(root.glob("*.*"))
    hidden = {"__pycache__", "results", ".hypothesis"}
    return [path for path in files if path.is_file() and not hidden & set(path.relative_to(root).parts)]


def function_lengths(module):
    """Name and length in lines, docstring not counted, of each function of a module."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            has_doc = ast.get_docstring(node, clean=False) is not None
            doc = first.end_lineno - first.lineno + 1 if has_doc else 0
            yield node.name, node.end_lineno - node.lineno + 1 - doc


def test_every_module_has_its_test_file(package, root):
    folder = root / "tests" / package.name
    missing = []
    for module in package.modules:
        if module.name.startswith("_"):
            continue
        place = module.relative_to(package.portion)
        if not (folder / place.parent / f"test_{place.name}").exists():
            missing.append(str(place))
    assert missing == []


def test_every_test_file_has_its_module(package, root):
    folder = root / "tests" / package.name
    if package.name == "cli":
        pytest.skip("the command is also tested as a whole")
    stray = []
    for test in folder.rglob("test_*.py"):
        place = test.relative_to(folder).parent / test.name.removeprefix("test_")
        private = place.with_name(f"_{place.name}")
        folder_of_modules = package.portion / place.with_suffix("")
        if not any(
            path.exists() for path in (package.portion / place, package.portion / private, folder_of_modules)
        ):
            stray.append(str(test.relative_to(root)))
    assert stray == []


def test_no_file_and_no_function_is_too_long(root):
    modules = [path for path in source_files(root) if path.suffix == ".py"]
    long_files = [str(path) for path in modules if len(path.read_text("utf-8").splitlines()) > MOST_LINES]
    long_functions = [
        f"{path}:{name}"
        for path in modules
        for name, size in function_lengths(path)
        if size > MOST_FUNCTION_LINES
    ]
    assert (long_files, long_functions) == ([], [])


def test_nothing_changes_the_import_path(root):
    here = root / "tests" / "repo"
    files = [path for path in source_files(root) if path.suffix in TEXT and path.parent != here]
    tests = root / "tests"
    tricks = {path: PATH_TRICKS_OF_TESTS if tests in path.parents else PATH_TRICKS for path in files}
    assert [str(path) for path, trick in tricks.items() if trick.search(path.read_text("utf-8"))] == []


def test_there_are_no_symbolic_links(root):
    assert [str(path) for path in source_files(root) if path.is_symlink()] == []


def test_only_the_fixture_names_the_folder_of_real_voices(root):
    fixture = root / "tests" / "conftest.py"
    files = [path for path in source_files(root) if path.suffix in TEXT and path != fixture]
    assert [str(path) for path in files if DATA_FOLDER.search(path.read_text("utf-8"))] == []


def test_tests_are_no_packages(root):
    assert list((root / "tests").rglob("__init__.py")) == []
