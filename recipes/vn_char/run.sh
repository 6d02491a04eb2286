#!/usr/bin/env bash
# Character voices, end to end: corpus, training, scores, enhancement, report. See README.md beside this file.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../tools/recipe_lib.sh
source "$HERE/../../tools/recipe_lib.sh"

usage() {
    cat <<'TEXT'
usage: run.sh [--stage N] [--stop-stage M] [--corpus DIR] [--layout kaldi|folder|table|list] [--conf mini|full|FILE]
              [--init none|base|PATH] [--exp DIR] [--noise DIR] [--seed S] [--eval DIR]... [--allow-overlap]
  --stage, --stop-stage  first and last stage, 0 to 9; the first is run even where nothing changed
  --corpus, --layout     your voices in place of the synthetic visual novel (default layout: folder)
  --conf                 sizes and settings (default: mini)
  --init                 what training starts from: an encoder by name, a checkpoint folder (with a / in it), or none
                         (default: base where it is installed and was trained on other voices, else none)
  --exp                  where everything is written (default: exp/vn_char)
  --noise                folder with noise.scp, music.scp, rir.scp (default: made here)
  --eval                 Kaldi folder with trials of other speakers, scored beside the baseline; may be repeated
  --allow-overlap        score voices too that --init was trained on, and mark the results
TEXT
}

FIRST_STAGE=0 LAST_STAGE=9 FORCED_STAGE=none CORPUS='' LAYOUT='' CONF=mini EXP=$ROOT/exp/vn_char NOISE='' SEED=0
INIT='' ALLOW=()
EVALS=()
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --allow-overlap) ALLOW=(--allow_overlap true); shift; continue ;;
        --stage | --stop-stage | --corpus | --layout | --conf | --init | --exp | --noise | --seed | --eval) need_value "$@" ;;
        *) die "unknown option $1; see run.sh --help" ;;
    esac
    case $1 in
        --stage) need_number "$1" "$2" 9; FIRST_STAGE=$2 FORCED_STAGE=$2 ;;
        --stop-stage) need_number "$1" "$2" 9; LAST_STAGE=$2 ;;
        --corpus) CORPUS=$(absolute "$2") ;;
        --layout) LAYOUT=$2 ;;
        --conf) CONF=$2 ;;
        --init) INIT=$2 ;;
        --exp) EXP=$(absolute "$2") ;;
        --noise) NOISE=$(absolute "$2"); need_folder "$1" "$NOISE" ;;
        --seed) need_number "$1" "$2"; SEED=$2 ;;
        --eval) need_folder "$1" "$2"; EVALS+=("$(absolute "${2%/}")") ;;
    esac
    shift 2
done
[ "$FIRST_STAGE" -le "$LAST_STAGE" ] || die "--stage $FIRST_STAGE comes after --stop-stage $LAST_STAGE"
[ -z "$LAYOUT" ] || [ -n "$CORPUS" ] || die "--layout needs --corpus"
case ${LAYOUT:=folder} in kaldi | folder | table | list) ;; *) die "--layout $LAYOUT: expected kaldi, folder, table or list" ;; esac
[ -z "$CORPUS" ] || [ -e "$CORPUS" ] || die "--corpus $CORPUS: no such file or folder"
if [[ $INIT == */* ]]; then need_folder --init "$INIT"; INIT=$(absolute "${INIT%/}"); fi
[ ! -f "$HERE/conf/$CONF.yaml" ] || CONF=$HERE/conf/$CONF.yaml
[ -f "$CONF" ] || die "--conf $CONF: expected mini, full or a YAML file"
CONF=$(absolute "$CONF")

# Sets that are evaluated: name and Kaldi folder.
declare -A EVAL_SETS=()
for folder in "${EVALS[@]}"; do
    for table in wav.scp utt2spk trials; do
        [ -f "$folder/$table" ] || die "--eval $folder: has no $table"
    done
    name=eval_$(basename "$folder")
    [ -z "${EVAL_SETS[$name]:-}" ] || die "--eval $folder: a second folder of this name"
    EVAL_SETS[$name]=$folder
done

open_experiment "$EXP"
cd "$ROOT"
bash tools/setup.sh
mkdir -p "$EXP/stages"
stage_tool conf "$CONF" "$EXP/conf"
for novel in "$EXP/conf"/*_novel*; do # section NAME_novel takes the place of NAME for the synthetic novel
    [ -e "$novel" ] || continue
    name=$(basename "$novel")
    [ -n "$CORPUS" ] || { rm -rf "$EXP/conf/${name/_novel/}"; cp -r "$novel" "$EXP/conf/${name/_novel/}"; }
    rm -rf "$novel"
done
for section in synthesize import split trials material noisy pack merge embed baseline lda scores baseline_scores report; do
    [ -f "$EXP/conf/$section.yaml" ] || die "--conf $CONF: has no section $section"
done
for section in train continue enhance closed; do
    [ -d "$EXP/conf/$section" ] || die "--conf $CONF: has no section $section with jobs"
done
C=$EXP/conf D=$EXP/data

set_options() { # --sets.NAME DIR of every set that is there; train first for those who ask for it
    local name
    SETS=()
    for name in "$@" valid test seen_actor test_noisy; do
        [ ! -f "$D/$name/wav.scp" ] || SETS+=("--sets.$name" "$D/$name")
    done
    for name in "${!EVAL_SETS[@]}"; do
        SETS+=("--sets.$name" "${EVAL_SETS[$name]}")
    done
}

corpus() {
    local source=$CORPUS layout=$LAYOUT
    if [ -z "$source" ]; then
        plan corpus synthesize --config "$C/synthesize.yaml" --out "$EXP/corpus" --seed "$SEED"
        source=$EXP/corpus layout=kaldi
    fi
    plan corpus import --config "$C/import.yaml" --source "$source" --layout "$layout" --out "$D/all"
    run_plan
}

split() {
    rm -rf "$D/test_noisy"
    kowairo corpus split --config "$C/split.yaml" --corpus "$D/all" --out "$D" --seed "$SEED"
    local name
    for name in valid test seen_actor; do
        [ ! -f "$D/$name/wav.scp" ] || plan trials make --config "$C/trials.yaml" --corpus "$D/$name" --seed "$SEED"
    done
    run_plan
}

material() {
    plan augment material --config "$C/material.yaml" --out "$EXP/augment" --speech "$D/train" --seed "$SEED" \
        ${NOISE:+--noise "$NOISE"}
    plan augment copy --config "$C/noisy.yaml" --corpus "$D/test" --material "$EXP/augment/test" \
        --out "$D/test_noisy" --seed "$SEED"
    plan corpus pack --config "$C/pack.yaml" --corpus "$D/all" --out "$EXP/store"
    run_plan
    cp "$D/test/trials" "$D/test_noisy/trials"
}

choose_start() { # sets START, the folder that training starts from, and says why; empty: from random weights
    local encoder=${INIT:-base} answer status=0 digest note=$EXP/stages/start
    START=''
    [ "$encoder" != none ] || return 0
    if ! answer=$(kowairo models folder --encoder "$encoder" 2>&1); then
        [ -z "$INIT" ] || die "--init $INIT: ${answer#kowairo: }"
        echo "training starts from random weights: ${answer#kowairo: }"
        return 0
    fi
    START=$answer
    digest=$(stage_tool digest "$INIT ${ALLOW[*]:-}" "$START/card.json" "$D/all" "$EXP/store/index.json" "${EVALS[@]}")
    [ "$(head -n 1 "$note" 2>/dev/null)" != "$digest" ] || { START=$(tail -n +2 "$note"); return 0; }
    answer=$(kowairo models overlap --encoder "$encoder" --store "$EXP/store" --corpora "$D/all" "${EVALS[@]}" 2>&1 |
        tail -n 1) || status=$?
    if [ $status -eq 1 ] && [ -z "$INIT" ]; then
        echo "training starts from random weights: ${answer#kowairo: }"
        START=''
    elif [ $status -ne 0 ] && [ ${#ALLOW[@]} -eq 0 ]; then
        die "--init $encoder: ${answer#kowairo: }; --init none starts anew, --allow-overlap goes on and marks the results"
    else
        echo "training starts from $encoder: ${answer#kowairo: }"
    fi
    printf '%s\n%s\n' "$digest" "$START" >"$note"
}

configurations() { # configurations SECTION: names of its jobs, in order
    find "$C/$1" -name '*.yaml' -exec basename {} .yaml \; | sort
}

plan_training() { # plan_training SECTION INIT OPTION...: every job goes on from the one before, the first from INIT
    local section=$1 before=$2 name
    shift 2
    for name in $(configurations "$section"); do
        # The jobs before the last get a random network going, which the last alone would not within minutes.
        [ "$section" = continue ] || [ -z "$START" ] || [ "$name" = "$LAST_TRAINED" ] || continue
        plan train --config "$C/$section/$name.yaml" --data "$D" --out "$EXP/train/$name" --store "$EXP/store" \
            --material "$EXP/augment/train" --seed "$SEED" ${before:+--init "$before"} "$@"
        before=$EXP/train/$name
    done
}

train() {
    plan_training train "$START"
    run_plan
}

merge() {
    plan merge --config "$C/merge.yaml" --stage "$EXP/train/$LAST_TRAINED" --data "$D" --store "$EXP/store" \
        --out "$EXP/merge"
    plan_training continue "$EXP/train/$LAST_TRAINED" --merge_map "$EXP/merge/merge_map.json"
    run_plan
}

embed() {
    set_options train
    plan embed --config "$C/embed.yaml" --encoder "$FINAL" --out "$EXP/embeddings/ecapa" "${SETS[@]}"
    # The baseline: means and deviations of MFCC, and LDA fitted on the same training speakers.
    plan embed --config "$C/baseline.yaml" --out "$EXP/baseline/mfcc" "${SETS[@]}"
    plan backend fit --config "$C/lda.yaml" --embeddings "$EXP/baseline/mfcc/train" --corpus "$D/train" \
        --out "$EXP/baseline/lda"
    plan backend apply --embeddings "$EXP/baseline/mfcc" --backend "$EXP/baseline/lda" --out "$EXP/embeddings/mfcc"
    run_plan
}

forget_results() { # forget_results SYSTEM: lists that are gone must not stay in the report
    rm -rf "$EXP/scores/$1"
    rm -f "$EXP/results/$1".*.json "$EXP/results/compare.$1".*.json "$EXP/worst/$1".*.tsv "$EXP/operating_points/$1".*.json
}

plan_evaluation() { # plan_evaluation SYSTEM SECTION OPTION...
    local system=$1 section=$2
    shift 2
    forget_results "$system"
    plan evaluate --config "$C/$section.yaml" --system "$system" --embeddings "$EXP/embeddings/$system" \
        --out "$EXP" "${SETS[@]}" "${ALLOW[@]}" "$@"
}

score() {
    set_options
    plan_evaluation mfcc baseline_scores
    plan_evaluation ecapa scores --reference mfcc --cohort_corpus "$D/train"
    run_plan
}

enhance() {
    local name
    set_options
    for name in $(configurations enhance); do
        plan enhance train --config "$C/enhance/$name.yaml" --embeddings "$EXP/embeddings/ecapa/train" \
            --corpus "$D/train" --valid_embeddings "$EXP/embeddings/ecapa/valid" --valid_corpus "$D/valid" \
            --out "$EXP/enhance/$name"
    done
    for name in $(configurations closed); do
        plan enhance fit --config "$C/closed/$name.yaml" --embeddings "$EXP/embeddings/ecapa/train" \
            --corpus "$D/train" --out "$EXP/enhance/$name"
    done
    for name in $(configurations enhance) $(configurations closed); do
        plan enhance apply --embeddings "$EXP/embeddings/ecapa" --enhancer "$EXP/enhance/$name" \
            --out "$EXP/embeddings/ecapa+$name"
        plan_evaluation "ecapa+$name" baseline_scores --reference ecapa
    done
    run_plan
}

export_model() {
    kowairo export --checkpoint "$FINAL" --out "$EXP/model" --training "$D/train" \
        --scores "$EXP/scores/ecapa/valid/trials.none.txt" --trials "$D/valid/trials" --dev_corpus "$D/valid"
}

report() {
    kowairo report --config "$C/report.yaml" --experiment "$EXP" --out "$EXP/report" --seed "$SEED"
}

main() { # a function: bash has read all of it before the first stage, so the file may change while it runs
    LAST_TRAINED=$(configurations train | tail -n 1)
    FINAL=$EXP/train/$(configurations continue | tail -n 1)/checkpoint
    local evals="${EVALS[*]:-}${ALLOW[*]:+ allow overlap}" START=''
    stage 0 corpus corpus "$CORPUS $LAYOUT" "$D/all/wav.scp" "$C/synthesize.yaml" "$C/import.yaml" ${CORPUS:+"$CORPUS"}
    stage 1 "splits and trials" split "" "$D/train/wav.scp:$D/test/trials" "$C/split.yaml" "$C/trials.yaml" "$D/all"
    stage 2 "augmentation material" material "$NOISE" "$EXP/augment/train:$D/test_noisy/trials:$EXP/store/index.json" \
        "$C/material.yaml" "$C/noisy.yaml" "$C/pack.yaml" "$D/train" "$D/test" ${NOISE:+"$NOISE"}
    if [ "$FIRST_STAGE" -le 3 ] && [ "$LAST_STAGE" -ge 3 ] && [ -f "$EXP/store/index.json" ]; then choose_start; fi
    stage 3 "staged training" train "$START" "$EXP/train/$LAST_TRAINED/finished.json" \
        "$C/train" "$EXP/store" "$D/train" "$D/closed" "$D/valid" "$EXP/augment/train" ${START:+"$START"}
    stage 4 "merging" merge "" "$(dirname "$FINAL")/finished.json" \
        "$C/merge.yaml" "$C/continue" "$EXP/train/$LAST_TRAINED" "$D/train" "$D/closed" "$D/valid"
    stage 5 "embeddings" embed "$evals" "$EXP/embeddings/ecapa/test:$EXP/embeddings/mfcc/test" \
        "$C/embed.yaml" "$C/baseline.yaml" "$C/lda.yaml" "$FINAL" \
        "$D/train" "$D/valid" "$D/test" "$D/test_noisy" "${EVALS[@]}"
    stage 6 "scores" score "$evals" "$EXP/scores/ecapa/test:$EXP/results" \
        "$C/scores.yaml" "$C/baseline_scores.yaml" "$EXP/embeddings/ecapa" "$EXP/embeddings/mfcc" "$D/valid" "$D/test" "${EVALS[@]}"
    stage 7 "enhancement" enhance "$evals" "$EXP/enhance" \
        "$C/enhance" "$C/closed" "$C/baseline_scores.yaml" "$EXP/embeddings/ecapa" "$EXP/scores/ecapa" "$D/valid" "$D/test" \
        "${EVALS[@]}"
    stage 8 "export" export_model "" "$EXP/model/model.onnx" \
        "$FINAL" "$EXP/scores/ecapa/valid" "$D/train" "$D/valid"
    stage 9 "report" report "" "$EXP/report/report.html" "$C/report.yaml" "$EXP/results" "$EXP/scores" "$EXP/model"
}

main
exit
