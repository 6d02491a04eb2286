#!/usr/bin/env bash
# Any embeddings with their speakers: lists, enhancement nets and closed forms, a table, the best one. See README.md beside this file.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../tools/recipe_lib.sh
source "$HERE/../../tools/recipe_lib.sh"

usage() {
    cat <<'TEXT'
usage: run.sh --embeddings PATH [--corpus DIR] [--sessions TABLE] [options]
  --embeddings   our set, Kaldi scp or ark, .npy folder, text; of lines of many speakers
  --corpus       Kaldi folder, or a file in the form of utt2spk; not needed where ids are speaker/session/line
  --sessions     table of the corpus with the sessions of lines (utt2session, utt2title ...): adds domain adaptation
  --conf         default, or a YAML file
  --exp          where everything is written (default: exp/enhance)
  --allow-overlap  compare on voices too that the encoder of the embeddings was trained on, and mark the tables
  --stage, --stop-stage, --seed  first and last stage, 0 to 3; the first is run even where nothing changed
TEXT
}

FIRST_STAGE=0 LAST_STAGE=3 FORCED_STAGE=none SEED=10 CONF=default EXP=$ROOT/exp/enhance
EMBEDDINGS='' CORPUS='' SESSIONS='' ALLOW=()

while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --allow-overlap) ALLOW=(--allow_overlap true); shift; continue ;;
        --embeddings | --corpus | --sessions | --conf | --exp | --stage | --stop-stage | --seed) need_value "$@" ;;
        *) die "unknown option $1; see run.sh --help" ;;
    esac
    case $1 in
        --embeddings | --corpus) [ -e "$2" ] || die "$1 $2: no such file or folder" ;;
    esac
    case $1 in
        --embeddings) EMBEDDINGS=$(absolute "${2%/}") ;;
        --corpus) CORPUS=$(absolute "${2%/}") ;;
        --sessions) SESSIONS=$2 ;;
        --conf) CONF=$2 ;;
        --exp) EXP=$(absolute "$2") ;;
        --stage) need_number "$1" "$2" 3; FIRST_STAGE=$2 FORCED_STAGE=$2 ;;
        --stop-stage) need_number "$1" "$2" 3; LAST_STAGE=$2 ;;
        --seed) need_number "$1" "$2"; SEED=$2 ;;
    esac
    shift 2
done

[ -n "$EMBEDDINGS" ] || die "give the embeddings: --embeddings PATH; see run.sh --help"
[ -z "$SESSIONS" ] || [ -n "$CORPUS" ] || die "--sessions names a table of --corpus DIR"
[ -z "$SESSIONS" ] || [ -f "$CORPUS/$SESSIONS" ] || die "--sessions $SESSIONS: $CORPUS has no such table"
[ "$FIRST_STAGE" -le "$LAST_STAGE" ] || die "--stage $FIRST_STAGE comes after --stop-stage $LAST_STAGE"
[ ! -f "$HERE/conf/$CONF.yaml" ] || CONF=$HERE/conf/$CONF.yaml
[ -f "$CONF" ] || die "--conf $CONF: expected default or a YAML file"
CONF=$(absolute "$CONF")

open_experiment "$EXP"
cd "$ROOT"
bash tools/setup.sh
mkdir -p "$EXP/stages"
stage_tool conf "$CONF" "$EXP/conf"
for section in lists comparison; do
    [ -f "$EXP/conf/$section.yaml" ] || die "--conf $CONF: has no section $section"
done
for section in enhance enhance_sessions closed; do
    [ -d "$EXP/conf/$section" ] || die "--conf $CONF: has no section $section with jobs"
done
C=$EXP/conf L=$EXP/lists

lists() {
    rm -rf "$L"
    kowairo enhance lists --config "$C/lists.yaml" --embeddings "$EMBEDDINGS" ${CORPUS:+--corpus "$CORPUS"} \
        ${SESSIONS:+--sessions "$SESSIONS"} --out "$L" --seed "$SEED"
}

jobs_of() { find "$C/$1" -name '*.yaml' -exec basename {} .yaml \; | sort; } # jobs_of SECTION: their names

plan_nets() { # plan_nets SECTION
    local name
    for name in $(jobs_of "$1"); do
        plan enhance train --config "$C/$1/$name.yaml" --embeddings "$EMBEDDINGS" ${CORPUS:+--corpus "$CORPUS"} \
            --valid_embeddings "$EMBEDDINGS" --lists "$L" --out "$EXP/nets/$name"
    done
}

net_sections() { # sections of the nets that the lists are enough for
    echo enhance
    [ ! -f "$L/train_distribution_list.txt" ] || echo enhance_sessions
}

train() {
    local section
    for section in $(net_sections); do plan_nets "$section"; done
    run_plan
}

fit() {
    local name
    for name in $(jobs_of closed); do
        plan enhance fit --config "$C/closed/$name.yaml" --embeddings "$EMBEDDINGS" \
            --train_list "$L/train_normal_list.txt" --out "$EXP/closed/$name"
    done
    run_plan
}

compare() {
    local name section folders=()
    for name in $(jobs_of closed); do folders+=("$EXP/closed/$name"); done
    for section in $(net_sections); do # not what an earlier run with --sessions left
        for name in $(jobs_of "$section"); do folders+=("$EXP/nets/$name"); done
    done
    kowairo enhance table --config "$C/comparison.yaml" --enhancers "${folders[@]}" --embeddings "$EMBEDDINGS" \
        ${CORPUS:+--corpus "$CORPUS"} --valid_list "$L/valid_test_list.txt" --test_list "$L/test_test_list.txt" \
        --out "$EXP/table" --seed "$SEED" "${ALLOW[@]}"
}

main() { # a function: bash has read all of it before the first stage, so the file may change while it runs
    stage 0 "lists" lists "$SESSIONS" "$L/train_normal_list.txt:$L/test_test_list.txt" "$C/lists.yaml" "$EMBEDDINGS" \
        ${CORPUS:+"$CORPUS"}
    stage 1 "nets" train "" "$EXP/nets" "$C/enhance" "$C/enhance_sessions" "$L" "$EMBEDDINGS"
    stage 2 "closed forms" fit "" "$EXP/closed" "$C/closed" "$L" "$EMBEDDINGS"
    stage 3 "table" compare "${ALLOW[*]:+allow overlap}" "$EXP/table/table.md" "$C/comparison.yaml" "$EXP/nets" "$EXP/closed" \
        "$L" "$EMBEDDINGS"
}

main
exit
