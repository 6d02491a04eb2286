#!/usr/bin/env bash
# From lists of path<TAB>label: training, fine-tuning on a second list, evaluation. See README.md beside this file.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../tools/recipe_lib.sh
source "$HERE/../../tools/recipe_lib.sh"

usage() {
    cat <<'TEXT'
usage: run.sh [--list FILE --finetune_list FILE [--root DIR] | --corpus DIR] [--stage N] [--stop-stage M]
              [--conf mini|full|FILE] [--exp DIR] [--noise DIR] [--seed S] [--eval DIR]...
  --list, --finetune_list  path<TAB>label lines to train on, and of other speakers to fine-tune on
  --root                   folder that their paths start from (default: each list's own)
  --corpus                 Kaldi folder whose speakers become both lists (default: synthetic voices)
  --stage, --stop-stage    first and last stage, 0 to 7; the first is run even where nothing changed
  --conf                   sizes and settings (default: mini)
  --exp                    where everything is written (default: exp/list_finetune)
  --noise                  folder with noise.scp, music.scp, rir.scp (default: made here)
  --eval                   Kaldi folder with trials of other speakers; may be repeated
TEXT
}

FIRST_STAGE=0 LAST_STAGE=7 FORCED_STAGE=none LIST='' FINETUNE_LIST='' LIST_ROOT='' CORPUS='' CONF=mini
EXP=$ROOT/exp/list_finetune NOISE='' SEED=0 EVALS=()
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --list | --finetune_list | --root | --corpus | --stage | --stop-stage) need_value "$@" ;;
        --conf | --exp | --noise | --seed | --eval) need_value "$@" ;;
        *) die "unknown option $1; see run.sh --help" ;;
    esac
    case $1 in
        --list) LIST=$(absolute "$2") ;;
        --finetune_list) FINETUNE_LIST=$(absolute "$2") ;;
        --root) LIST_ROOT=$(absolute "$2"); need_folder "$1" "$LIST_ROOT" ;;
        --corpus) CORPUS=$(absolute "$2"); need_folder "$1" "$CORPUS" ;;
        --stage) need_number "$1" "$2" 7; FIRST_STAGE=$2 FORCED_STAGE=$2 ;;
        --stop-stage) need_number "$1" "$2" 7; LAST_STAGE=$2 ;;
        --conf) CONF=$2 ;;
        --exp) EXP=$(absolute "$2") ;;
        --noise) NOISE=$(absolute "$2"); need_folder "$1" "$NOISE" ;;
        --seed) need_number "$1" "$2"; SEED=$2 ;;
        --eval) need_folder "$1" "$2"; EVALS+=("$(absolute "${2%/}")") ;;
    esac
    shift 2
done
[ "$FIRST_STAGE" -le "$LAST_STAGE" ] || die "--stage $FIRST_STAGE comes after --stop-stage $LAST_STAGE"
if [ -n "$LIST$FINETUNE_LIST" ]; then
    [ -n "$LIST" ] && [ -n "$FINETUNE_LIST" ] || die "give both lists, --list FILE and --finetune_list FILE"
    [ -z "$CORPUS" ] || die "give lists or --corpus, not both"
    for list in "$LIST" "$FINETUNE_LIST"; do [ -f "$list" ] || die "$list: no such file"; done
    # Label 7 of mine.tsv is the speaker mine-7, and the lists hold different people.
    first=${LIST##*/} second=${FINETUNE_LIST##*/}
    [ "${first%.*}" != "${second%.*}" ] || die "--finetune_list $FINETUNE_LIST: has the name of --list; name them apart"
fi
[ -z "$LIST_ROOT" ] || [ -n "$LIST" ] || die "--root needs --list"
for table in wav.scp utt2spk; do
    [ -z "$CORPUS" ] || [ -f "$CORPUS/$table" ] || die "--corpus $CORPUS: has no $table"
done
[ ! -f "$HERE/conf/$CONF.yaml" ] || CONF=$HERE/conf/$CONF.yaml
[ -f "$CONF" ] || die "--conf $CONF: expected mini, full or a YAML file"
CONF=$(absolute "$CONF")

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
for section in synthesize import split trials material pack finetune embed scores metrics report; do
    [ -f "$EXP/conf/$section.yaml" ] || die "--conf $CONF: has no section $section"
done
[ -d "$EXP/conf/train" ] || die "--conf $CONF: has no section train with jobs"
C=$EXP/conf D=$EXP/data
SYSTEMS=(scratch finetuned)

jobs() { find "$C/train" -name '*.yaml' -exec basename {} .yaml \; | sort; }

lists() { # every third speaker goes into the list to fine-tune on; labels begin at 0 in both
    local source=$CORPUS
    if [ -z "$source" ]; then
        source=$EXP/corpus
        kowairo corpus synthesize --config "$C/synthesize.yaml" --out "$source" --seed "$SEED"
    fi
    mkdir -p "$EXP/lists"
    rm -f "$EXP/lists"/*.tsv
    awk -v root="$source/" -v first="$EXP/lists/train.tsv" -v second="$EXP/lists/finetune.tsv" '
        { value = substr($0, length($1) + 2) }
        FNR == NR { speaker[$1] = value; next }
        {
            name = speaker[$1]
            if (!(name in list)) { list[name] = ++count % 3 ? first : second; label[name] = labels[list[name]]++ }
            printf "%s\t%d\n", value ~ /^\// ? value : root value, label[name] > list[name]
        }' "$source/utt2spk" "$source/wav.scp"
}

import() {
    rm -rf "$D"
    plan corpus import --config "$C/import.yaml" --source "$LIST" --out "$D/all" --importer LabelList \
        --importer.path "$LIST" ${LIST_ROOT:+--importer.root "$LIST_ROOT"}
    plan corpus split --config "$C/split.yaml" --corpus "$D/all" --out "$D" --seed "$SEED"
    plan trials make --config "$C/trials.yaml" --corpus "$D/valid" --seed "$SEED"
    plan trials make --config "$C/trials.yaml" --corpus "$D/test" --seed "$SEED"
    run_plan
}

material() {
    plan augment material --config "$C/material.yaml" --out "$EXP/augment" --speech "$D/train" --seed "$SEED" \
        ${NOISE:+--noise "$NOISE"}
    plan corpus pack --config "$C/pack.yaml" --corpus "$D/all" --out "$EXP/store"
    run_plan
}

train() {
    local name before=''
    for name in $(jobs); do
        plan train --config "$C/train/$name.yaml" --data "$D" --out "$EXP/train/$name" --store "$EXP/store" \
            --material "$EXP/augment/train" --seed "$SEED" ${before:+--init "$EXP/train/$before"}
        before=$name
    done
    run_plan
}

finetune() {
    kowairo finetune --config "$C/finetune.yaml" --init "$SCRATCH" --data "$FINETUNE_LIST" --out "$EXP/finetune" \
        --material "$EXP/augment/train" --seed "$SEED" ${LIST_ROOT:+--root "$LIST_ROOT"}
}

set_options() { # --sets.NAME DIR of every set; train first for those who ask for it
    local name
    SETS=()
    for name in "$@" test; do SETS+=("--sets.$name" "$D/$name"); done
    SETS+=(--sets.held_out "$EXP/finetune/data/test")
    for name in "${!EVAL_SETS[@]}"; do SETS+=("--sets.$name" "${EVAL_SETS[$name]}"); done
}

embed() {
    set_options train
    plan embed --config "$C/embed.yaml" --encoder "$SCRATCH/checkpoint" --out "$EXP/embeddings/scratch" "${SETS[@]}"
    plan embed --config "$C/embed.yaml" --encoder "$EXP/finetune/checkpoint" --out "$EXP/embeddings/finetuned" \
        "${SETS[@]}"
    run_plan
}

score() {
    local system place
    set_options
    rm -rf "$EXP/scores" "$EXP/results"
    for system in "${SYSTEMS[@]}"; do
        plan evaluate --config "$C/scores.yaml" --system "$system" --embeddings "$EXP/embeddings/$system" --out "$EXP" \
            --cohort_corpus "$D/train" $([ "$system" = scratch ] || echo --reference scratch) "${SETS[@]}"
    done
    for system in "${SYSTEMS[@]}"; do
        for ((place = 0; place < ${#SETS[@]}; place += 2)); do
            local name=${SETS[place]#--sets.}
            plan metrics --config "$C/metrics.yaml" --scores "$EXP/scores/$system/$name/trials.none.txt" \
                --trials "${SETS[place + 1]}/trials" --corpus "${SETS[place + 1]}" --system "$system" --set "$name"
        done
    done
    run_plan | tee "$EXP/conclusion.txt"
}

report() {
    kowairo report --config "$C/report.yaml" --experiment "$EXP" --out "$EXP/report" --seed "$SEED"
}

main() { # a function: bash has read all of it before the first stage, so the file may change while it runs
    local evals="${EVALS[*]:-}" given="$LIST $FINETUNE_LIST"
    SCRATCH=$EXP/train/$(jobs | tail -n 1)
    if [ -z "$LIST" ]; then
        LIST=$EXP/lists/train.tsv FINETUNE_LIST=$EXP/lists/finetune.tsv
        stage 0 lists lists "$CORPUS" "$LIST:$FINETUNE_LIST" "$C/synthesize.yaml" ${CORPUS:+"$CORPUS"}
    fi
    stage 1 "import, splits and trials" import "$given $LIST_ROOT" "$D/train/wav.scp:$D/test/trials" \
        "$C/import.yaml" "$C/split.yaml" "$C/trials.yaml" "$LIST"
    stage 2 "augmentation material" material "$NOISE" "$EXP/augment/train:$EXP/store/index.json" \
        "$C/material.yaml" "$C/pack.yaml" "$D/train" ${NOISE:+"$NOISE"}
    stage 3 training train "" "$SCRATCH/finished.json" \
        "$C/train" "$EXP/store" "$D/train" "$D/closed" "$D/valid" "$EXP/augment/train"
    stage 4 fine-tuning finetune "$given $LIST_ROOT" "$EXP/finetune/results.json" \
        "$C/finetune.yaml" "$FINETUNE_LIST" "$SCRATCH/checkpoint" "$EXP/augment/train"
    stage 5 embeddings embed "$evals" "$EXP/embeddings/scratch/test:$EXP/embeddings/finetuned/held_out" \
        "$C/embed.yaml" "$SCRATCH/checkpoint" "$EXP/finetune/checkpoint" "$D/train" "$D/test" "${EVALS[@]}"
    stage 6 scores score "$evals" "$EXP/scores/finetuned/held_out:$EXP/conclusion.txt" \
        "$C/scores.yaml" "$C/metrics.yaml" "$EXP/embeddings" "$D/test" "$EXP/finetune/data/test" "${EVALS[@]}"
    stage 7 report report "" "$EXP/report/report.html" "$C/report.yaml" "$EXP/results" "$EXP/scores"
}

main
exit
