"""Importing a module defines names and does nothing else."""

import ast
import json
import subprocess
import sys

import pytest

PROBE = """
import hashlib, importlib, json, logging, os, random, signal, sys, warnings
ours, others = json.loads(sys.argv[1])
for name in others:
    importlib.import_module(name)
import numpy

def state():
    torch = sys.modules.get("torch")
    matplotlib = sys.modules.get("matplotlib")
    loggers = [logging.getLogger(), *map(logging.getLogger, sorted(logging.Logger.manager.loggerDict))]
    return {
        "environment": dict(os.environ),
        "working directory": os.getcwd(),
        "import path": list(sys.path),
        "warning filters": [str(one) for one in warnings.filters],
        "log handlers": [str(one.handlers) for one in loggers if one.handlers],
        "log levels": [logging.getLogger().level, logging.getLogger("kowairo").level],
        "random": hashlib.sha256(str(random.getstate()).encode()).hexdigest(),
        "numpy random": hashlib.sha256(str(numpy.random.get_state()).encode()).hexdigest(),
        "numpy errors": numpy.geterr(),
        "signal": str(signal.getsignal(signal.SIGINT)),
        "torch random": torch and hashlib.sha256(torch.get_rng_state().numpy().tobytes()).hexdigest(),
        "torch threads": torch and [torch.get_num_threads(), torch.get_num_interop_threads()],
        "torch type": torch and str(torch.get_default_dtype()),
        "torch deterministic": torch and torch.are_deterministic_algorithms_enabled(),
        "torch matmul": torch and torch.get_float32_matmul_precision(),
        "matplotlib backend": matplotlib and dict.get(matplotlib.rcParams, "backend") and "set",
    }

before, changed = state(), []
for name in ours:
    importlib.import_module(name)
    after = state()
    changed += [f"{name} changed {key}" for key in after if after[key] != before[key]]
    before = after
print(json.dumps(changed))
"""


def module_names(package):
    for path in package.modules:
        parts = path.relative_to(package.portion.parents[1]).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def foreign_imports(package):
    """Modules of others that a package imports when it is imported: what they do is not our doing."""
    for path in package.modules:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names if not alias.name.startswith("kowairo"))
            elif isinstance(node, ast.ImportFrom) and not (node.level or node.module.startswith("kowairo")):
                yield node.module


def needs(package, other):
    """Whether installing a package brings the other one along."""
    dependencies = " ".join(package.project["project"]["dependencies"])
    return package == other or other.folder.name in dependencies.split()


@pytest.mark.slow
def test_importing_a_module_changes_no_global_state(package, packages):
    # What the packages below bring in is imported first as well: what others do is not our doing.
    others = sorted({name for one in packages for name in foreign_imports(one) if needs(package, one)})
    argument = json.dumps([sorted(module_names(package)), others])
    result = subprocess.run(
        [sys.executable, "-c", PROBE, argument], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout.splitlines()[-1]) == []


@pytest.mark.slow
@pytest.mark.parametrize("light", ["core", "scoring", "data", "report"])
def test_packages_without_networks_import_no_torch(light):
    code = f"import sys, kowairo.{light}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
