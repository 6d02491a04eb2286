"""Developer sessions; they use the active .venv, so that nothing is installed twice."""

import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "imports", "tests"]

# Several test processes share the cores: more threads in each would only make them wait for each other.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
TWO_WORKERS = ["-n", "2"]


def run(session: nox.Session, module: str, *arguments: str, env: dict[str, str] | None = None) -> None:
    """Run a Python module with this interpreter, whether or not its environment is activated."""
    session.run(sys.executable, "-m", module, *arguments, env=env, external=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting."""
    run(session, "ruff", "check", ".")
    run(session, "ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    run(session, "mypy", *map(str, sorted(Path("packages").glob("*/src"))))


@nox.session
def imports(session: nox.Session) -> None:
    """Check that imports go downwards."""
    session.run(str(Path(sys.executable).with_name("lint-imports")), external=True)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the fast tests, or what follows `--`."""
    fast = [*TWO_WORKERS, "-m", "not slow and not smoke"]
    run(session, "pytest", "-q", *(session.posargs or fast), env=ONE_THREAD)


@nox.session
def slow(session: nox.Session) -> None:
    """Run the tests marked slow."""
    run(session, "pytest", "-q", *TWO_WORKERS, "-m", "slow", *session.posargs, env=ONE_THREAD)


@nox.session
def recipes(session: nox.Session) -> None:
    """Run every recipe once on tiny synthetic speech."""
    run(session, "pytest", "-q", "-m", "smoke", "tests/recipes", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Run the benchmarks, or those that follow `--`; each prints a row of a table."""
    for script in session.posargs or sorted(map(str, Path("benchmarks").glob("*/bench_*.py"))):
        session.run(sys.executable, script, external=True)
