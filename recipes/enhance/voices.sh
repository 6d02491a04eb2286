#!/usr/bin/env bash
# Enhancers of an encoder on the open voices: clean, noisy, reverberated and short lines. See README.md beside this file.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../tools/recipe_lib.sh
source "$HERE/../../tools/recipe_lib.sh"

usage() {
    cat <<'TEXT'
usage: voices.sh --data DIR [--encoder NAME|DIR] [options]
  --data         folder with voices/{train,dev,test} and noise
  --encoder      name (base, anime, campplus) or checkpoint folder (default: campplus)
  --lines        lines of each training speaker that are disturbed and cropped (default: 5)
  --conf         voices, or a YAML file
  --exp          where everything is written (default: exp/enhance_voices/ENCODER)
  --stage, --stop-stage, --seed  first and last stage, 0 to 5; the first is run even where nothing changed
  --allow-overlap  score voices too that the encoder was trained on, and mark the results
  --test         score voices/test too; once, at the end
TEXT
}

FIRST_STAGE=0 LAST_STAGE=5 FORCED_STAGE=none SEED=0 CONF=voices EXP='' DATA='' ENCODER=campplus LINES=5 TEST='' ALLOW=()
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --test) TEST=yes; shift; continue ;;
        --allow-overlap) ALLOW=(--allow_overlap true); shift; continue ;;
        --data | --encoder | --lines | --conf | --exp | --stage | --stop-stage | --seed) need_value "$@" ;;
        *) die "unknown option $1; see voices.sh --help" ;;
    esac
    case $1 in
        --data) need_folder "$1" "$2"; DATA=$(absolute "${2%/}") ;;
        --encoder) ENCODER=$2 ;;
        --lines) need_number "$1" "$2"; LINES=$2 ;;
        --conf) CONF=$2 ;;
        --exp) EXP=$(absolute "$2") ;;
        --stage) need_number "$1" "$2" 5; FIRST_STAGE=$2 FORCED_STAGE=$2 ;;
        --stop-stage) need_number "$1" "$2" 5; LAST_STAGE=$2 ;;
        --seed) need_number "$1" "$2"; SEED=$2 ;;
    esac
    shift 2
done

[ -n "$DATA" ] || die "give the folder of voices: --data DIR; see voices.sh --help"
[ "$FIRST_STAGE" -le "$LAST_STAGE" ] || die "--stage $FIRST_STAGE comes after --stop-stage $LAST_STAGE"
for name in train dev test; do
    [ -f "$DATA/voices/$name/wav.scp" ] || die "--data $DATA: has no voices/$name/wav.scp"
done
[ -f "$DATA/noise/noise.scp" ] || die "--data $DATA: has no noise/noise.scp"
if [[ $ENCODER == */* ]]; then need_folder --encoder "$ENCODER"; ENCODER=$(absolute "${ENCODER%/}"); fi
[ -n "$EXP" ] || EXP=$ROOT/exp/enhance_voices/$(basename "$ENCODER")
[ ! -f "$HERE/conf/$CONF.yaml" ] || CONF=$HERE/conf/$CONF.yaml
[ -f "$CONF" ] || die "--conf $CONF: expected voices or a YAML file"
CONF=$(absolute "$CONF")

open_experiment "$EXP"
cd "$ROOT"
bash tools/setup.sh
mkdir -p "$EXP/stages"
stage_tool conf "$CONF" "$EXP/conf"
for section in material noisy reverberated disturbed embed embed_short embed_train embed_disturbed comparison; do
    [ -f "$EXP/conf/$section.yaml" ] || die "--conf $CONF: has no section $section"
done
for section in plain views views_sessions clean pairs sets closed closed_views; do
    [ -d "$EXP/conf/$section" ] || die "--conf $CONF: has no section $section with jobs"
done
if [[ $ENCODER != */* && $ENCODER != *.* ]]; then ENCODER=$(kowairo models folder --encoder "$ENCODER"); fi
WEIGHTS=() # a class without weights has no files
[[ $ENCODER != /* ]] || WEIGHTS=("$ENCODER")
C=$EXP/conf D=$EXP/data E=$EXP/embeddings V=$DATA/voices SIDES=(dev ${TEST:+test})

material() {
    plan augment material --config "$C/material.yaml" --noise "$DATA/noise" --speech "$V/train" --out "$EXP/augment" --seed "$SEED"
    "$ROOT/.venv/bin/python" "$HERE/local/few_lines.py" "$V/train" "$D/train_few" "$LINES"
    plan augment copy --config "$C/disturbed.yaml" --corpus "$D/train_few" --material "$EXP/augment/train" \
        --out "$D/train_disturbed" --seed "$SEED"
    local side kind
    for side in "${SIDES[@]}"; do
        for kind in noisy reverberated; do
            plan augment copy --config "$C/$kind.yaml" --corpus "$V/$side" --material "$EXP/augment/test" \
                --out "$D/${side}_$kind" --seed "$SEED"
        done
    done
    run_plan
    for side in "${SIDES[@]}"; do # beside all trials the acted ones alone, where there are any
        "$ROOT/.venv/bin/python" "$HERE/../base/local/by_kind.py" "$V/$side" "$D/$side"
        find "$D/$side" -name 'trials_*' ! -name trials_acted -delete
    done
}

embed() {
    local side kind
    plan embed --config "$C/embed_train.yaml" --encoder "$ENCODER" --corpus "$V/train" --out "$E/train"
    plan embed --config "$C/embed_disturbed.yaml" --encoder "$ENCODER" --corpus "$D/train_disturbed" --out "$E/views/disturbed"
    plan embed --config "$C/embed_short.yaml" --encoder "$ENCODER" --corpus "$D/train_few" --out "$E/views/short"
    for side in "${SIDES[@]}"; do
        plan embed --config "$C/embed.yaml" --encoder "$ENCODER" --corpus "$V/$side" --out "$E/$side"
        plan embed --config "$C/embed_short.yaml" --encoder "$ENCODER" --corpus "$V/$side" --out "$E/${side}_short"
        for kind in noisy reverberated; do
            plan embed --config "$C/embed.yaml" --encoder "$ENCODER" --corpus "$D/${side}_$kind" --out "$E/${side}_$kind"
        done
        plan enhance conditions --embeddings "$E/$side" --corpus "$D/$side" --sets.noisy "$E/${side}_noisy" \
            --sets.reverberated "$E/${side}_reverberated" --sets.short "$E/${side}_short" --out "$EXP/$side"
    done
    plan enhance conditions --embeddings "$E/train" --corpus "$V/train" --sets.disturbed "$E/views/disturbed" \
        --sets.short "$E/views/short" --out "$EXP/train"
    run_plan
}

jobs_of() { find "$C/$1" -name '*.yaml' -exec basename {} .yaml \; | sort; } # jobs_of SECTION: their names

plan_nets() { # plan_nets SECTION OPTION...: nets that are chosen on the trials of all conditions
    local section=$1 name
    shift
    for name in $(jobs_of "$section"); do
        plan enhance train --config "$C/$section/$name.yaml" --out "$EXP/nets/$name" "$@"
    done
}

train() {
    local valid=(--valid_embeddings "$EXP/dev/embeddings" --valid_corpus "$EXP/dev")
    plan_nets plain --embeddings "$E/train" --corpus "$V/train" "${valid[@]}"
    plan_nets views --embeddings "$EXP/train/embeddings" --corpus "$EXP/train" "${valid[@]}"
    plan_nets views_sessions --embeddings "$EXP/train/embeddings" --corpus "$EXP/train" --sessions utt2condition \
        --domains utt2condition "${valid[@]}"
    plan_nets clean --embeddings "$E/views" --clean_embeddings "$E/train" --corpus "$V/train" "${valid[@]}"
    plan_nets pairs --embeddings "$E/views" --clean_embeddings "$E/train" "${valid[@]}"
    run_plan
}

fit() {
    local name
    for name in $(jobs_of closed); do
        plan enhance fit --config "$C/closed/$name.yaml" --embeddings "$E/train" --corpus "$V/train" --out "$EXP/closed/$name"
    done
    for name in $(jobs_of closed_views); do
        plan enhance fit --config "$C/closed_views/$name.yaml" --embeddings "$EXP/train/embeddings" --corpus "$EXP/train" \
            --out "$EXP/closed/$name"
    done
    run_plan
}

compare() {
    local name section folders=() sides=(--embeddings "$EXP/dev/embeddings" --valid_list "$EXP/dev")
    [ -z "$TEST" ] || sides=(--embeddings "$EXP/test/embeddings" --test_list "$EXP/test"
        --valid_embeddings "$EXP/dev/embeddings" --valid_list "$EXP/dev")
    for section in closed closed_views; do
        for name in $(jobs_of "$section"); do folders+=("$EXP/closed/$name"); done
    done
    for section in plain views views_sessions clean pairs; do
        for name in $(jobs_of "$section"); do folders+=("$EXP/nets/$name"); done
    done
    kowairo enhance table --config "$C/comparison.yaml" --enhancers "${folders[@]}" "${sides[@]}" \
        --cohort_embeddings "$E/train" --cohort_corpus "$V/train" --out "$EXP/table" --seed "$SEED" "${ALLOW[@]}"
}

several() { # one embedding of several lines, of whole ones and of short ones
    local name side kind
    plan_nets sets --embeddings "$EXP/train/embeddings" --corpus "$EXP/train" \
        --valid_embeddings "$E/dev_short" --valid_corpus "$V/dev"
    for name in $(jobs_of sets); do
        for side in "${SIDES[@]}"; do
            for kind in '' _short; do
                plan enhance check_sets --enhancer "$EXP/nets/$name" --embeddings "$E/$side$kind" --corpus "$V/$side" \
                    --seed "$SEED" --out "$EXP/sets/$name.$side$kind.json" "${ALLOW[@]}"
            done
        done
    done
    run_plan
}

main() { # a function: bash has read all of it before the first stage, so the file may change while it runs
    local sides="${SIDES[*]}" allowed="${ALLOW[*]:+ allow overlap}"
    stage 0 "conditions" material "$sides $LINES" "$EXP/augment/train:$D/train_disturbed/wav.scp:$D/dev/trials" \
        "$C/material.yaml" "$C/noisy.yaml" "$C/reverberated.yaml" "$C/disturbed.yaml" "$V/train" "$V/dev" "$DATA/noise" \
        ${TEST:+"$V/test"}
    stage 1 "embeddings" embed "$sides $ENCODER" "$EXP/train/utt2spk:$EXP/dev/trials" \
        "$C/embed.yaml" "$C/embed_short.yaml" "$C/embed_train.yaml" "$C/embed_disturbed.yaml" "$D" "$V/train" "$V/dev" \
        "${WEIGHTS[@]}" ${TEST:+"$V/test"}
    stage 2 "nets" train "" "$EXP/nets" "$C/plain" "$C/views" "$C/views_sessions" "$C/clean" "$C/pairs" "$EXP/train" "$EXP/dev" "$E/train"
    stage 3 "closed forms" fit "" "$EXP/closed" "$C/closed" "$C/closed_views" "$EXP/train" "$E/train"
    stage 4 "table" compare "$sides$allowed" "$EXP/table/table.md" "$C/comparison.yaml" "$EXP/closed" "$EXP/nets" "$EXP/dev" \
        "$E/train" ${TEST:+"$EXP/test"}
    stage 5 "several lines" several "$sides$allowed" "$EXP/sets" "$C/sets" "$EXP/train" "$EXP/dev" "$E/train" ${TEST:+"$EXP/test"}
}

main
exit
