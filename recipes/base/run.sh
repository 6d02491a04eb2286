#!/usr/bin/env bash
# The encoders that ship in kowairo-weights: base for any voice, anime for acted ones. See README.md beside this file.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../tools/recipe_lib.sh
source "$HERE/../../tools/recipe_lib.sh"

usage() {
    cat <<'TEXT'
usage: run.sh --data DIR [--stage N] [--stop-stage M] [--conf full|FILE] [--teacher campplus|DIR] [--exp DIR] [--seed S]
              [--threads N] [--test]
  --data                 folder with voices/{train,dev,test}, voices_synthetic (may be missing) and noise
  --stage, --stop-stage  first and last stage, 0 to 7; the first is run even where nothing changed
  --conf                 sizes and settings (default: full)
  --teacher              checkpoint folder of the encoder to learn from (default: campplus, fetched by pip)
  --exp                  where everything is written (default: exp/base)
  --threads              cores that train (default: 2)
  --test                 score voices/test too; once, at the end
TEXT
}

FIRST_STAGE=0 LAST_STAGE=7 FORCED_STAGE=none DATA='' CONF=full EXP=$ROOT/exp/base SEED=0 TEACHER=campplus THREADS=2 TEST=''
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --test) TEST=yes; shift; continue ;;
        --data | --stage | --stop-stage | --conf | --teacher | --exp | --seed | --threads) need_value "$@" ;;
        *) die "unknown option $1; see run.sh --help" ;;
    esac
    case $1 in
        --data) need_folder "$1" "$2"; DATA=$(absolute "${2%/}") ;;
        --stage) need_number "$1" "$2" 7; FIRST_STAGE=$2 FORCED_STAGE=$2 ;;
        --stop-stage) need_number "$1" "$2" 7; LAST_STAGE=$2 ;;
        --conf) CONF=$2 ;;
        --teacher) TEACHER=$2 ;;
        --exp) EXP=$(absolute "$2") ;;
        --seed) need_number "$1" "$2"; SEED=$2 ;;
        --threads) need_number "$1" "$2"; THREADS=$2 ;;
    esac
    shift 2
done
[ -n "$DATA" ] || die "give the folder of voices: --data DIR; see run.sh --help"
[ "$FIRST_STAGE" -le "$LAST_STAGE" ] || die "--stage $FIRST_STAGE comes after --stop-stage $LAST_STAGE"
for name in train dev test; do
    [ -f "$DATA/voices/$name/wav.scp" ] || die "--data $DATA: has no voices/$name/wav.scp"
done
[ -d "$DATA/noise" ] || die "--data $DATA: has no folder noise"
[ "$TEACHER" = campplus ] || need_folder --teacher "$TEACHER"
[ ! -f "$HERE/conf/$CONF.yaml" ] || CONF=$HERE/conf/$CONF.yaml
[ -f "$CONF" ] || die "--conf $CONF: expected full or a YAML file"
CONF=$(absolute "$CONF")

open_experiment "$EXP"
cd "$ROOT"
bash tools/setup.sh
mkdir -p "$EXP/stages"
stage_tool conf "$CONF" "$EXP/conf"
for section in revoice pack material teach synthesize pack_anime embed lda scores card_base card_anime; do
    [ -f "$EXP/conf/$section.yaml" ] || die "--conf $CONF: has no section $section"
done
for section in train anime; do
    [ -d "$EXP/conf/$section" ] || die "--conf $CONF: has no section $section with jobs"
done
C=$EXP/conf D=$EXP/data
SOURCES=("$DATA/voices/train")
[ ! -f "$DATA/voices_synthetic/wav.scp" ] || SOURCES+=("$DATA/voices_synthetic")
EVALUATED=(dev)
[ -z "$TEST" ] || EVALUATED+=(test)

configurations() { find "$C/$1" -name '*.yaml' -exec basename {} .yaml \; | sort; }
last_of() { configurations "$1" | tail -n 1; }
python() { "$ROOT/.venv/bin/python" "$@"; }

voices() {
    plan corpus join --corpora "${SOURCES[@]}" --out "$D/real"
    plan corpus revoice --config "$C/revoice.yaml" --corpus "$D/real" --out "$EXP/revoiced" --seed "$SEED" --workers "$THREADS"
    plan corpus join --corpora "$D/real" "$EXP/revoiced" --out "$D/base/train"
    run_plan
    # The epoch is chosen on dev, as everything is.
    ln -sfn "$DATA/voices/dev" "$D/base/valid"
}

material() {
    plan augment material --config "$C/material.yaml" --out "$EXP/augment" --speech "$D/real" --noise "$DATA/noise" --seed "$SEED"
    plan corpus pack --config "$C/pack.yaml" --corpus "$D/base/train" --out "$EXP/store/base"
    run_plan
}

teach() {
    [ "$TEACHER" != campplus ] || kowairo models get campplus
    kowairo embed --config "$C/teach.yaml" --encoder "$TEACHER" --store "$EXP/store/base" --out "$EXP/teacher/base"
}

plan_training() { # plan_training SECTION DATA INIT: every job goes on from the one before, the first from INIT
    local name before=$3
    for name in $(configurations "$1"); do
        plan train --config "$C/$1/$name.yaml" --data "$D/$2" --out "$EXP/train/$name" --store "$EXP/store/$2" \
            --material "$EXP/augment/train" --teacher "$EXP/teacher/$2" --seed "$SEED" --threads "$THREADS" \
            ${before:+--init "$EXP/train/$before"}
        before=$name
    done
}

train() {
    plan_training train base ''
    run_plan
}

characters() { # acted voices: made characters of actors that no other recipe has, and the acted lines of voices/train
    plan corpus synthesize --config "$C/synthesize.yaml" --out "$EXP/novel" --workers "$THREADS"
    run_plan
    python "$HERE/local/acted.py" "$D/base/train" "$D/acted"
    plan corpus join --corpora "$EXP/novel" "$D/acted" --out "$D/anime/train"
    plan corpus pack --config "$C/pack_anime.yaml" --corpus "$D/anime/train" --out "$EXP/store/anime"
    plan embed --config "$C/teach.yaml" --encoder "$TEACHER" --store "$EXP/store/anime" --out "$EXP/teacher/anime"
    run_plan
    ln -sfn "$DATA/voices/dev" "$D/anime/valid"
}

finetune() {
    plan_training anime anime "$(last_of train)"
    run_plan
}

evaluate() {
    local name system sets=()
    for name in "${EVALUATED[@]}"; do
        python "$HERE/local/by_kind.py" "$DATA/voices/$name" "$D/eval/$name"
        sets+=("--sets.$name" "$D/eval/$name")
    done
    rm -rf "$EXP/results" "$EXP/scores"
    plan embed --config "$C/embed.yaml" --encoder kowairo.models.MfccStatistics --out "$EXP/mfcc" --sets.train "$D/real" "${sets[@]}"
    plan backend fit --config "$C/lda.yaml" --embeddings "$EXP/mfcc/train" --corpus "$D/real" --out "$EXP/lda"
    plan backend apply --embeddings "$EXP/mfcc" --backend "$EXP/lda" --out "$EXP/embeddings/mfcc"
    plan embed --config "$C/embed.yaml" --encoder "$EXP/train/$(last_of train)/checkpoint" --out "$EXP/embeddings/base" "${sets[@]}"
    plan embed --config "$C/embed.yaml" --encoder "$EXP/train/$(last_of anime)/checkpoint" --out "$EXP/embeddings/anime" "${sets[@]}"
    plan embed --config "$C/embed.yaml" --encoder "$TEACHER" --out "$EXP/embeddings/teacher" "${sets[@]}"
    for system in mfcc teacher base anime; do
        plan evaluate --config "$C/scores.yaml" --system "$system" --embeddings "$EXP/embeddings/$system" --out "$EXP" \
            $([ "$system" = mfcc ] || echo "--reference mfcc") "${sets[@]}"
    done
    run_plan
}

pack() { # the copies derive from recordings that are in the record
    local name corpora=("$D/real")
    for name in base anime; do
        [ "$name" = base ] || corpora+=("$EXP/novel")
        plan models pack --config "$C/card_$name.yaml" --checkpoint "$EXP/train/$(last_of "${name/base/train}")/checkpoint" \
            --name "$name" --corpora "${corpora[@]}" --voices "$D/eval/dev" --dev_corpus "$D/eval/dev" \
            --notices packages/kowairo-weights/src/kowairo/weights/{NOTICE,LICENSE}.md \
            --trials "$D/eval/dev/trials" --scores "$EXP/scores/$name/dev/trials.none.txt" --out "$EXP/weights/$name"
        plan embed --config "$C/embed.yaml" --encoder "$EXP/weights/$name" --sets.real "$D/real" --out "$EXP/background/$name"
        plan models calibrate --encoder "$EXP/weights/$name" --corpus "$D/eval/dev" --background "$EXP/background/$name/real" \
            ${TEST:+--check_corpus "$D/eval/test"} --workers "$THREADS"
    done
    run_plan
}

main() { # a function: bash has read all of it before the first stage, so the file may change while it runs
    stage 0 "voices and their WORLD copies" voices "${SOURCES[*]}" "$D/base/train/wav.scp" "$C/revoice.yaml" "${SOURCES[@]}"
    stage 1 "augmentation material, packed audio" material "" "$EXP/augment/train:$EXP/store/base/index.json" \
        "$C/material.yaml" "$C/pack.yaml" "$D/base/train" "$DATA/noise"
    stage 2 "teacher" teach "$TEACHER" "$EXP/teacher/base/meta.json" "$C/teach.yaml" "$EXP/store/base/index.json"
    stage 3 "base" train "" "$EXP/train/$(last_of train)/finished.json" "$C/train" "$EXP/teacher/base" "$D/base/train"
    stage 4 "characters" characters "$TEACHER" "$EXP/teacher/anime/meta.json" "$C/synthesize.yaml" "$C/pack_anime.yaml" \
        "$C/teach.yaml" "$D/base/train"
    stage 5 "anime" finetune "" "$EXP/train/$(last_of anime)/finished.json" \
        "$C/anime" "$EXP/teacher/anime" "$EXP/train/$(last_of train)/finished.json"
    stage 6 "evaluation" evaluate "${EVALUATED[*]}" "$EXP/results" "$C/embed.yaml" "$C/lda.yaml" "$C/scores.yaml" \
        "$EXP/train/$(last_of train)/finished.json" "$EXP/train/$(last_of anime)/finished.json"
    stage 7 "packed weights" pack "" "$EXP/weights/anime/model.safetensors" \
        "$EXP/results" "$C/card_base.yaml" "$C/card_anime.yaml"
}

main
exit
