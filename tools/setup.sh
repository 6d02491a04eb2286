#!/usr/bin/env bash
# From Python >= 3.11 with its venv module to a working .venv; says nothing to do when nothing changed.
#   KOWAIRO_PYTHON       the Python to build .venv with (default: the first of python3, python3.13 ... that fits)
#   KOWAIRO_TORCH_INDEX  a package index to take torch from, where the default one has no build for this machine
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly VENV=.venv STAMP=.venv/kowairo-setup.stamp LOG=.venv/kowairo-setup.log
SECONDS=0

fail() { printf 'setup: %s\n' "$1" >&2; exit 1; }

step() { # step DESCRIPTION COMMAND...: one line on the screen, the rest in the log
    local description=$1 begin=$SECONDS
    shift
    printf 'setup: %s ... ' "$description"
    if "$@" >>"$LOG" 2>&1; then
        printf '%d s\n' $((SECONDS - begin))
    else
        printf 'failed\n'
        tail -n 20 "$LOG" >&2
        fail "$description failed; the whole log is $LOG"
    fi
}

fingerprint() { # of everything that decides what is installed
    { cat pyproject.toml packages/*/pyproject.toml constraints.txt VERSION tools/setup.sh; pwd; } | cksum
}

find_python() {
    local candidate
    for candidate in ${KOWAIRO_PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s' "$candidate"
            return
        fi
    done
    fail "no Python >= 3.11 with venv found (Debian, Ubuntu: apt install python3-venv); or set KOWAIRO_PYTHON"
}

make_venv() {
    rm -rf "$VENV"
    "$(find_python)" -m venv "$VENV" || fail "cannot make $VENV"
    : >"$LOG"
}

choose_installer() { # uv when it is there and can get what is needed: it does not read pip's configuration
    # Wheels only: a source package would want a compiler.
    INSTALL=("$VENV/bin/python" -m pip install -q --disable-pip-version-check --no-input
        --only-binary :all: -c constraints.txt)
    TORCH_BUILD=()
    local uv=(env "VIRTUAL_ENV=$PWD/$VENV" uv pip install -q -c constraints.txt)
    if command -v uv >/dev/null && "${uv[@]}" --dry-run --torch-backend auto torch pyworld-prebuilt >>"$LOG" 2>&1
    then
        INSTALL=("${uv[@]}")
        TORCH_BUILD=(--torch-backend auto)
    fi
}

install_torch() {
    # First and alone, as a build for the CPU where there is no GPU: the default Linux wheels bring gigabytes of CUDA.
    local version
    version=$(sed -n 's/^torch==//p' constraints.txt)
    if [ -n "${KOWAIRO_TORCH_INDEX:-}" ]; then
        "${INSTALL[@]}" --index-url "$KOWAIRO_TORCH_INDEX" "torch==$version"
    elif [ "${#TORCH_BUILD[@]}" -gt 0 ]; then
        "${INSTALL[@]}" "${TORCH_BUILD[@]}" "torch==$version"
    elif command -v nvidia-smi >/dev/null || [ "$(uname)" != Linux ]; then
        "${INSTALL[@]}" "torch==$version"
    else
        "${INSTALL[@]}" "torch==$version+cpu" || "${INSTALL[@]}" "torch==$version"
    fi
}

install_packages() { # in one call: the packages need each other, and no index has them
    local folder arguments=()
    for folder in packages/*/; do
        arguments+=(-e "${folder%/}")
    done
    "${INSTALL[@]}" --no-build-isolation "${arguments[@]}"
}

torchaudio_works() { "$VENV/bin/python" -c 'import torchaudio' >>"$LOG" 2>&1; }

check_torchaudio() { # its binaries are built for one torch version; its Python part works without them
    if torchaudio_works; then
        return
    fi
    find "$VENV"/lib/python*/site-packages/torchaudio -name '*.so' -delete
    if torchaudio_works; then
        echo "setup: torchaudio did not fit this torch; its binary extensions were removed, its Python part works"
    else
        echo "setup: torchaudio cannot be imported here; only the tests that compare with it need it"
    fi
}

current=$(fingerprint)
if [ -x "$VENV/bin/python" ] && [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$current" ]; then
    exit 0
fi
if ! "$VENV/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    make_venv
fi
rm -f "$STAMP"
step "pip" "$VENV/bin/python" -m pip install -q --disable-pip-version-check -c constraints.txt pip
choose_installer
step "torch" install_torch
step "tools for developers" "${INSTALL[@]}" --group dev
step "kowairo and what it needs" install_packages
check_torchaudio
printf '%s\n' "$current" >"$STAMP"
echo "setup: done in $SECONDS s"
