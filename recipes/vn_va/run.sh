#!/usr/bin/env bash
# Voice actors: the character encoder fine-tuned on actors, and one trunk with both levels. See README.md beside this file.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../tools/recipe_lib.sh
source "$HERE/../../tools/recipe_lib.sh"

usage() {
    cat <<'TEXT'
usage: run.sh [--from DIR | [--corpus DIR] [--layout kaldi|folder|table|list] [--init none|base|PATH] [--noise DIR]]
              [--stage N] [--stop-stage M] [--conf mini|full|FILE] [--exp DIR] [--seed S]
  --from                 experiment folder of recipes/vn_char (default: its stages 0 to 4 are run first, in exp/vn_va/vn_char)
  --corpus, --layout, --init, --noise   passed on to recipes/vn_char; the corpus must know the actors (spk2va)
  --stage, --stop-stage  first and last stage, 0 to 5; the first is run even where nothing changed
  --conf                 sizes and settings (default: mini)
  --exp                  where everything is written (default: exp/vn_va)
TEXT
}

FIRST_STAGE=0 LAST_STAGE=5 FORCED_STAGE=none FROM='' CONF=mini EXP=$ROOT/exp/vn_va SEED=0
PASSED_ON=()
while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --from | --corpus | --layout | --init | --noise | --stage | --stop-stage | --conf | --exp | --seed) need_value "$@" ;;
        *) die "unknown option $1; see run.sh --help" ;;
    esac
    case $1 in
        --from) need_folder "$1" "$2"; FROM=$(absolute "${2%/}") ;;
        --corpus | --noise) PASSED_ON+=("$1" "$(absolute "$2")") ;;
        --layout | --init) PASSED_ON+=("$1" "$2") ;;
        --stage) need_number "$1" "$2" 5; FIRST_STAGE=$2 FORCED_STAGE=$2 ;;
        --stop-stage) need_number "$1" "$2" 5; LAST_STAGE=$2 ;;
        --conf) CONF=$2 ;;
        --exp) EXP=$(absolute "$2") ;;
        --seed) need_number "$1" "$2"; SEED=$2 ;;
    esac
    shift 2
done
[ "$FIRST_STAGE" -le "$LAST_STAGE" ] || die "--stage $FIRST_STAGE comes after --stop-stage $LAST_STAGE"
[ -z "$FROM" ] || [ ${#PASSED_ON[@]} -eq 0 ] || die "--from $FROM has its corpus already; ${PASSED_ON[0]} does not go with it"
CHAR_CONF=mini
if [ -f "$HERE/conf/$CONF.yaml" ]; then CHAR_CONF=$CONF CONF=$HERE/conf/$CONF.yaml; fi
[ -f "$CONF" ] || die "--conf $CONF: expected mini, full or a YAML file"
CONF=$(absolute "$CONF")
for needed in data/train/wav.scp data/valid/trials data/test/trials store/index.json augment/train conf/continue merge/merge_map.json; do
    [ -z "$FROM" ] || [ -e "$FROM/$needed" ] || die "--from $FROM: has no $needed; is it a run of recipes/vn_char up to stage 4?"
done
[ -z "$FROM" ] || [ -f "$FROM/data/train/spk2va" ] || die "--from $FROM: its corpus has no actors (data/train/spk2va)"

open_experiment "$EXP"
cd "$ROOT"
bash tools/setup.sh
mkdir -p "$EXP/stages"
stage_tool conf "$CONF" "$EXP/conf"
for section in trials embed scores report; do
    [ -f "$EXP/conf/$section.yaml" ] || die "--conf $CONF: has no section $section"
done
for job in actor character two_levels; do
    [ -f "$EXP/conf/train/$job.yaml" ] || die "--conf $CONF: has no section train with the job $job"
done
# Actors stand in data, characters in character/data: each level has its own tables, trials, scores and results.
C=$EXP/conf D=$EXP/data CD=$EXP/character/data
SYSTEMS=(char actor character two_levels_actor two_levels_character)

char_encoder() {
    bash "$ROOT/recipes/vn_char/run.sh" --conf "$CHAR_CONF" --exp "$FROM" --seed "$SEED" --stop-stage 4 "${PASSED_ON[@]}"
}

sets() { # sets NAME...: those of them that the characters have
    local name
    for name in "$@"; do [ ! -f "$FROM/data/$name/wav.scp" ] || echo "$name"; done
}

tables() {
    local name
    [ -f "$FROM/data/train/spk2va" ] || die "the corpus has no actors: $FROM/data/train/spk2va is missing"
    rm -rf "$D" "$CD" "$EXP/identify"
    for name in $(sets train closed valid test seen_actor); do
        plan corpus join --corpora "[$FROM/data/$name]" --out "$CD/$name"
        plan corpus relabel --corpus "$FROM/data/$name" --out "$D/$name"
    done
    for name in $(sets closed valid test); do
        plan trials make --config "$C/trials.yaml" --corpus "$D/$name" --seed "$SEED"
    done
    run_plan
    for name in $(sets valid test seen_actor); do cp "$FROM/data/$name"/trials* "$CD/$name"; done
    mkdir -p "$CD/actor/valid" # where a stage with two levels looks for the trials of the second
    cp "$D/valid/trials" "$CD/actor/valid"
    identification
}

identification() { # ten training lines enrol each actor; held-out lines, and lines of new characters, are to be named
    local name place=$EXP/identify
    mkdir -p "$place"
    awk -v most=10 '
        FNR == NR { lines[$2]++; next }
        { share = most < lines[$2] ? most : lines[$2]; place = ++seen[$2] }
        int(place * share / lines[$2]) > int((place - 1) * share / lines[$2]) { print }
    ' "$D/train/utt2spk" "$D/train/utt2spk" >"$place/enroll"
    awk '{ lines[$2] = lines[$2] " " $1 } END { for (actor in lines) print actor lines[actor] }' "$place/enroll" |
        LC_ALL=C sort >"$place/spk2enroll"
    for name in $(sets closed seen_actor); do
        awk 'FNR == NR { actor[++count] = $1; next }
            { for (i = 1; i <= count; i++) print actor[i], $1, (actor[i] == $2 ? "target" : "nontarget") }
        ' "$place/spk2enroll" "$D/$name/utt2spk" >"$place/$name.trials"
    done
    cat "$place/enroll" $(sets closed seen_actor | sed "s|.*|$D/&/utt2spk|") | LC_ALL=C sort >"$place/utt2spk"
    awk 'FNR == NR { known[$1] = 1; next } $1 in known' "$place/utt2spk" \
        $(sets train closed seen_actor | sed "s|.*|$D/&/wav.scp|") | LC_ALL=C sort >"$place/wav.scp"
    rm "$place/enroll"
}

train() {
    local job data speeds
    # Copies at every speed that the store holds; they are speakers, and actors, of their own.
    speeds=$(tr -d ' \n' <"$FROM/store/index.json" | sed -E 's/.*"speeds":(\[[^]]*\]).*/\1/')
    for job in actor character two_levels; do
        data=$CD
        [ "$job" != actor ] || data=$D
        plan train --config "$C/train/$job.yaml" --data "$data" --out "$EXP/train/$job" --store "$FROM/store" \
            --material "$FROM/augment/train" --init "$CHAR" --seed "$SEED" --merge_map "$FROM/merge/merge_map.json" \
            --stage.speeds "$speeds"
    done
    run_plan
}

encoder_of() { # encoder_of SYSTEM: its checkpoint folder
    case $1 in
        char) echo "$CHAR/checkpoint" ;;
        two_levels_*) echo "$EXP/train/two_levels/checkpoint_${1#two_levels_}" ;;
        *) echo "$EXP/train/$1/checkpoint" ;;
    esac
}

embed() {
    local system name options=()
    for name in $(sets closed valid test); do options+=("--sets.$name" "$CD/$name"); done
    for system in "${SYSTEMS[@]}"; do
        plan embed --config "$C/embed.yaml" --encoder "$(encoder_of "$system")" --out "$EXP/embeddings/$system" \
            --sets.identify "$EXP/identify" "${options[@]}"
    done
    run_plan
}

plan_level() { # plan_level OUT REFERENCE: all systems on the trials of a level, the reference first
    local out=$1 reference=$2 system
    rm -rf "$out/scores" "$out/results" "$out/worst" "$out/operating_points"
    for system in "$reference" "${SYSTEMS[@]}"; do
        [ -z "${done_systems[$system]:-}" ] || continue
        done_systems[$system]=yes
        plan evaluate --config "$C/scores.yaml" --system "$system" --embeddings "$EXP/embeddings/$system" --out "$out" \
            --seed "$SEED" --sets.valid "$out/data/valid" --sets.test "$out/data/test" \
            $([ "$system" = "$reference" ] || echo --reference "$reference")
    done
}

score() {
    local system name place=$EXP/identify
    declare -A done_systems=()
    plan_level "$EXP" actor
    done_systems=()
    plan_level "$EXP/character" character
    rm -rf "$place/scores" "$place/results"
    for system in "${SYSTEMS[@]}"; do
        # Voices of the training, on purpose: that is what the closed set is.
        [ ! -d "$D/closed" ] || plan evaluate --config "$C/scores.yaml" --system "$system" --out "$EXP" --seed "$SEED" \
            --embeddings "$EXP/embeddings/$system" --sets.closed "$D/closed" --allow_overlap true
        for name in $(sets closed seen_actor); do
            plan score --embeddings "$EXP/embeddings/$system/identify" --trials "$place/$name.trials" \
                --spk2enroll "$place/spk2enroll" --out "$place/scores/$system.$name.txt" --allow_overlap true
            plan metrics identification --scores "$place/scores/$system.$name.txt" --trials "$place/$name.trials" \
                --out "$place/results/$system.$name.json"
        done
    done
    run_plan
}

report() {
    kowairo report --config "$C/report.yaml" --experiment "$EXP" --out "$EXP/report" --seed "$SEED"
    "$ROOT/.venv/bin/python" "$HERE/local/tables.py" "$EXP" | tee "$EXP/report/tables.md"
}

main() { # a function: bash has read all of it before the first stage, so the file may change while it runs
    if [ -z "$FROM" ]; then
        FROM=$EXP/vn_char
        local last
        last=$(find "$ROOT/recipes/vn_char/conf/$CHAR_CONF" "$ROOT/recipes/vn_char/conf/$CHAR_CONF.yaml" -type f 2>/dev/null)
        # shellcheck disable=SC2086
        stage 0 "character encoder" char_encoder "${PASSED_ON[*]:-}" "$FROM/merge/merge_map.json:$FROM/stages/4.json" $last
    fi
    CHAR=$FROM/train/$(find "$FROM/conf/continue" -name '*.yaml' -exec basename {} .yaml \; 2>/dev/null | sort | tail -n 1)
    stage 1 "actors and trials" tables "" "$D/test/trials:$CD/actor/valid/trials:$EXP/identify/wav.scp" \
        "$C/trials.yaml" "$FROM/data/train" "$FROM/data/valid" "$FROM/data/test"
    stage 2 "fine-tuning" train "" "$EXP/train/actor/finished.json:$EXP/train/two_levels/finished.json" \
        "$C/train" "$CHAR" "$D" "$CD" "$FROM/store/index.json" "$FROM/augment/train"
    stage 3 "embeddings" embed "" "$EXP/embeddings/two_levels_character/test" "$C/embed.yaml" "$EXP/train" "$CD" "$EXP/identify/wav.scp"
    stage 4 "scores" score "" "$EXP/results:$EXP/character/results:$EXP/identify/results" \
        "$C/scores.yaml" "$EXP/embeddings" "$D" "$CD"
    stage 5 "report" report "" "$EXP/report/report.html:$EXP/report/tables.md" "$C/report.yaml" "$EXP/results" "$EXP/character/results" \
        "$EXP/identify/results" "$EXP/train/actor/checkpoint" "$HERE/local"
}

main
exit
