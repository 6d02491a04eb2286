# What every recipe shares; source it from run.sh. Stages call `kowairo` and write into $EXP.
# shellcheck shell=bash

[ "${BASH_VERSINFO[0]}" -ge 5 ] || { echo "this needs bash 5 or newer, got $BASH_VERSION" >&2; exit 2; }
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die() { # die MESSAGE: one clear line, exit 2
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    exit 2
}

need_value() { [ $# -ge 2 ] || die "option $1 needs a value"; }

need_number() { # need_number OPTION VALUE [HIGHEST]
    [[ $2 =~ ^[0-9]{1,9}$ ]] || die "$1 $2: expected a whole number"
    [ -z "${3:-}" ] || [ "$2" -le "$3" ] || die "$1 $2: the last stage is $3"
}

absolute() { # absolute PATH: the path from the root, whether or not it exists
    case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac
}

need_folder() { [ -d "$2" ] || die "$1 $2: no such folder"; }

open_experiment() { # open_experiment FOLDER: make it ours, refuse a second run in it
    mkdir -p "$1" 2>/dev/null || die "--exp $1: cannot be written"
    { : >"$1/.lock"; } 2>/dev/null || die "--exp $1: cannot be written"
    if command -v flock >/dev/null; then
        exec 9>"$1/.lock"
        flock -w 10 9 || die "--exp $1: another run is at work there"
    fi
}

# A stage's programs end with the run: an orphan would write into a run that was started anew.
if command -v setpriv >/dev/null && setpriv --pdeathsig KILL true 2>/dev/null; then
    kowairo() { setpriv --pdeathsig KILL "$ROOT/.venv/bin/kowairo" "$@" </dev/null; }
else
    kowairo() { "$ROOT/.venv/bin/kowairo" "$@" </dev/null; }
fi

# Several commands in one process start once: `plan` notes them, `run_plan` runs them.
PLAN=()
plan() { # plan WORD... OPTION...
    [ ${#PLAN[@]} -eq 0 ] || PLAN+=(--then)
    PLAN+=("$@")
}
run_plan() {
    local planned=("${PLAN[@]}")
    PLAN=()
    kowairo "${planned[@]}"
}

stage_tool() { # -I -S: it needs the standard library only (but for conf), and starts at once without the rest
    local quick=(-I -S)
    [ "$1" != conf ] || quick=()
    "$ROOT/.venv/bin/python" "${quick[@]}" "$ROOT/tools/stage.py" "$@"
}

read_cpu() { # sets CPU_S to the CPU seconds of all programs that this shell has run and waited for
    # Not in $(...): a subshell has run nothing yet.
    times >"$EXP/stages/.times"
    CPU_S=$(awk 'NR == 2 { split($0, t, /[ ms]+/); print 60 * t[1] + t[2] + 60 * t[3] + t[4] }' "$EXP/stages/.times")
}

# stage NUMBER NAME FUNCTION "OPTIONS" "OUTPUT:..." INPUT...
# Runs the function unless the same options and inputs were run before and the outputs are still there.
# Needs: EXP, FIRST_STAGE, LAST_STAGE, FORCED_STAGE, SEED, CONF.
stage() {
    local number=$1 name=$2 function=$3 options=$4 outputs record digest
    IFS=: read -r -a outputs <<<"$5"
    shift 5
    [ "$number" -ge "$FIRST_STAGE" ] && [ "$number" -le "$LAST_STAGE" ] || return 0
    local input
    for input in "$@"; do
        [ -e "$input" ] || die "stage $number ($name) needs $input; run the stages before it (--stage 0)"
    done
    record=$EXP/stages/$number.json
    digest=$(stage_tool digest "$name $SEED $options" "$@")
    if [ "$number" != "$FORCED_STAGE" ] && stage_tool unchanged "$record" "$digest" "${outputs[@]}"; then
        echo "stage $number: $name: unchanged, skipped"
        return 0
    fi
    rm -f "$record"
    echo "stage $number: $name"
    measure "$number" "$name" "$function" "$digest"
}

measure() { # measure NUMBER NAME FUNCTION DIGEST: run it and write down what it cost
    local cpu_before cpu_after begin=$EPOCHREALTIME watcher memory=$EXP/stages/.memory
    rm -f "$memory"
    read_cpu
    cpu_before=$CPU_S
    "$ROOT/.venv/bin/python" -I -S "$ROOT/tools/stage.py" watch $$ "$memory" 9>&- &
    watcher=$!
    # shellcheck disable=SC2064
    trap "kill $watcher 2>/dev/null || true" EXIT
    "$3"
    kill $watcher 2>/dev/null || true
    wait $watcher 2>/dev/null || true
    trap - EXIT
    read_cpu
    cpu_after=$CPU_S
    stage_tool record "$EXP/stages/$1.json" "$(awk -v stage="$1" -v name="$2" -v digest="$4" -v seed="$SEED" \
        -v conf="$(basename "$CONF")" -v begin="$begin" -v end="$EPOCHREALTIME" \
        -v before="$cpu_before" -v after="$cpu_after" \
        -v memory="$(cat "$memory" 2>/dev/null || echo null)" 'BEGIN {
        printf "{\"stage\": %d, \"name\": \"%s\", \"digest\": \"%s\", \"seed\": %d, \"config\": \"%s\", ", \
            stage, name, digest, seed, conf
        printf "\"wall_s\": %.1f, \"cpu_s\": %.1f, \"peak_memory_mb\": %s}", end - begin, after - before, memory
    }')"
    rm -f "$memory" "$memory.partial" "$EXP/stages/.times"
    awk -v number="$1" -v name="$2" -v begin="$begin" -v end="$EPOCHREALTIME" -v before="$cpu_before" \
        -v after="$cpu_after" 'BEGIN {
        printf "stage %d: %s: done in %.0f s (CPU %.0f s)\n", number, name, end - begin, after - before
    }'
}
