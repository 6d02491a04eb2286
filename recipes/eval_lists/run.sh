#!/usr/bin/env bash
# Any encoder or embeddings on any trial list: scores, calibration, metrics, evaluation page. See README.md beside this file.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../tools/recipe_lib.sh
source "$HERE/../../tools/recipe_lib.sh"

usage() {
    cat <<'TEXT'
usage: run.sh --trials FILE (--embeddings PATH | --encoder NAME|DIR) [--corpus DIR] [options]
  --trials, --nontarget-trials   trial list; two files where targets and non-targets come apart
  --embeddings                   embeddings of the trials' utterances: our set, Kaldi scp or ark, .npy folder, text
  --encoder                      base, anime, campplus or a checkpoint folder (with a / in it) in their place: embeds the audio
                                 of --corpus, --cohort and --dev
  --corpus                       Kaldi folder of the trials' utterances; utt2spk is needed for intervals and conditions
  --spk2enroll                   enrolment utterances of models, where the list's enrolment side names models
  --cohort, --cohort-embeddings  Kaldi folder and embeddings of impostors, for score normalisation
  --dev, --dev-embeddings        Kaldi folder with trials, and embeddings, of other speakers, for calibration
  --dev-trials                   their list, if it is not DEV/trials
  --backend                      folder of a fitted back-end, scored beside the cosine; or YAML of one to fit on the cohort
  --compare                      folder of another evaluation for the table; may be repeated
  --allow-overlap                score voices too that the encoder was trained on, and mark the results
  --name                         name of the system (default: encoder)
  --conf                         default, or a YAML file
  --exp                          where everything is written (default: exp/eval_lists)
  --stage, --stop-stage, --seed  first and last stage, 0 to 7; the first is run even where nothing changed
TEXT
}

FIRST_STAGE=0 LAST_STAGE=7 FORCED_STAGE=none SEED=0 CONF=default EXP=$ROOT/exp/eval_lists NAME=encoder
TRIALS='' NONTARGET='' EMBEDDINGS='' ENCODER='' CORPUS='' SPK2ENROLL='' BACKEND=''
COHORT='' COHORT_EMBEDDINGS='' DEV='' DEV_EMBEDDINGS='' DEV_TRIALS=''
COMPARED=() ALLOW=()

need_path() { [ -e "$2" ] || die "$1 $2: no such file or folder"; }

while [ $# -gt 0 ]; do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --allow-overlap) ALLOW=(--allow_overlap true); shift; continue ;;
        --trials | --nontarget-trials | --embeddings | --encoder | --corpus | --spk2enroll | --cohort) need_value "$@" ;;
        --cohort-embeddings | --dev | --dev-embeddings | --dev-trials | --backend | --compare) need_value "$@" ;;
        --name | --conf | --exp | --stage | --stop-stage | --seed) need_value "$@" ;;
        *) die "unknown option $1; see run.sh --help" ;;
    esac
    case $1 in --trials | --nontarget-trials | --embeddings | --corpus | --spk2enroll | --cohort* | --dev* | --backend | --compare)
        need_path "$1" "$2" ;;
    esac
    case $1 in
        --trials) TRIALS=$(absolute "$2") ;;
        --nontarget-trials) NONTARGET=$(absolute "$2") ;;
        --embeddings) EMBEDDINGS=$(absolute "$2") ;;
        --encoder)
            ENCODER=$2
            if [[ $2 == */* ]]; then need_path "$1" "$2"; ENCODER=$(absolute "$2"); fi
            ;;
        --corpus) CORPUS=$(absolute "$2") ;;
        --spk2enroll) SPK2ENROLL=$(absolute "$2") ;;
        --cohort) COHORT=$(absolute "$2") ;;
        --cohort-embeddings) COHORT_EMBEDDINGS=$(absolute "$2") ;;
        --dev) DEV=$(absolute "$2") ;;
        --dev-embeddings) DEV_EMBEDDINGS=$(absolute "$2") ;;
        --dev-trials) DEV_TRIALS=$(absolute "$2") ;;
        --backend) BACKEND=$(absolute "$2") ;;
        --compare) COMPARED+=("$(absolute "${2%/}")") ;;
        --name) NAME=$2 ;;
        --conf) CONF=$2 ;;
        --exp) EXP=$(absolute "$2") ;;
        --stage) need_number "$1" "$2" 7; FIRST_STAGE=$2 FORCED_STAGE=$2 ;;
        --stop-stage) need_number "$1" "$2" 7; LAST_STAGE=$2 ;;
        --seed) need_number "$1" "$2"; SEED=$2 ;;
    esac
    shift 2
done

[ -n "$TRIALS" ] || die "give the trial list: --trials FILE; see run.sh --help"
[[ $NAME =~ ^[A-Za-z0-9_-]+$ ]] || die "--name $NAME: letters, digits, - and _ only"
[ "$FIRST_STAGE" -le "$LAST_STAGE" ] || die "--stage $FIRST_STAGE comes after --stop-stage $LAST_STAGE"
if [ -n "$ENCODER" ]; then
    [ -z "$EMBEDDINGS$COHORT_EMBEDDINGS$DEV_EMBEDDINGS" ] || die "--encoder makes the embeddings; give one or the other"
    [ -n "$CORPUS" ] || die "--encoder needs the audio: --corpus DIR"
    for folder in "$CORPUS" $COHORT $DEV; do
        [ -f "$folder/wav.scp" ] || die "$folder: has no wav.scp for the encoder"
    done
    EMBEDDINGS=$EXP/embeddings/eval
    COHORT_EMBEDDINGS=${COHORT:+$EXP/embeddings/cohort} DEV_EMBEDDINGS=${DEV:+$EXP/embeddings/dev}
fi
[ -n "$EMBEDDINGS" ] || die "give --embeddings PATH or --encoder DIR; see run.sh --help"
[ -z "$SPK2ENROLL" ] || [ -n "$CORPUS" ] || die "--spk2enroll needs the speakers: --corpus DIR"
[ -z "$COHORT" ] || [ -n "$COHORT_EMBEDDINGS" ] || die "--cohort needs --cohort-embeddings PATH"
[ -z "$DEV_TRIALS" ] || [ -n "$DEV_EMBEDDINGS" ] || die "--dev-trials needs --dev-embeddings PATH"
DEV_TRIALS=${DEV_TRIALS:-${DEV:+$DEV/trials}}
[ -z "$DEV" ] || [ -n "$DEV_EMBEDDINGS" ] || die "--dev needs --dev-embeddings PATH"
[ -z "$DEV_EMBEDDINGS" ] || [ -f "${DEV_TRIALS:-none}" ] || die "--dev: no trials; give --dev-trials FILE"
if [ -f "$BACKEND" ]; then [ -n "$COHORT" ] || die "--backend $BACKEND: is fitted on --cohort DIR with utt2spk"; fi
[ ! -f "$HERE/conf/$CONF.yaml" ] || CONF=$HERE/conf/$CONF.yaml
[ -f "$CONF" ] || die "--conf $CONF: expected default or a YAML file"
CONF=$(absolute "$CONF")

open_experiment "$EXP"
cd "$ROOT"
bash tools/setup.sh
mkdir -p "$EXP/stages"
stage_tool conf "$CONF" "$EXP/conf"
for section in embed calibrate metrics evaluation table; do
    [ -f "$EXP/conf/$section.yaml" ] || die "--conf $CONF: has no section $section"
done
[ -d "$EXP/conf/normalize" ] || die "--conf $CONF: has no section normalize with jobs"
C=$EXP/conf D=$EXP/data
if [ -n "$ENCODER" ] && [[ $ENCODER != /* ]]; then ENCODER=$(kowairo models folder --encoder "$ENCODER"); fi
SETS=(eval)
[ -z "$DEV_EMBEDDINGS" ] || SETS+=(dev)

scores_of() { printf '%s/scores/%s/%s/trials.%s.txt' "$EXP" "$1" "$2" "$3"; } # scores_of SYSTEM SET NORMALISATION
vectors_of() { if [ "$1" = dev ]; then printf '%s' "$DEV_EMBEDDINGS"; else printf '%s' "$EMBEDDINGS"; fi; }
speakers_of() { [ ! -f "$D/$1/utt2spk" ] || printf '%s' "$D/$1"; } # speakers_of SET: its folder, if they are known

lists() {
    rm -rf "$D"
    plan trials import --trials "$TRIALS" ${NONTARGET:+--nontarget_trials "$NONTARGET"} ${CORPUS:+--corpus "$CORPUS"} \
        ${SPK2ENROLL:+--spk2enroll "$SPK2ENROLL"} --out "$D/eval"
    [ -z "$DEV_EMBEDDINGS" ] || plan trials import --trials "$DEV_TRIALS" ${DEV:+--corpus "$DEV"} --out "$D/dev"
    run_plan
}

embed() {
    kowairo embed --config "$C/embed.yaml" --encoder "$ENCODER" --out "$EXP/embeddings" --sets.eval "$CORPUS" \
        ${COHORT:+--sets.cohort "$COHORT"} ${DEV:+--sets.dev "$DEV"}
}

fit_backend() {
    kowairo backend fit --config "$BACKEND" --embeddings "$COHORT_EMBEDDINGS" --corpus "$COHORT" --out "$EXP/backend"
}

score() {
    local set models
    rm -rf "$EXP/scores" "$EXP/results" "$EXP/worst" "$EXP/operating_points"
    for set in "${SETS[@]}"; do
        models=()
        [ "$set" = dev ] || [ -z "$SPK2ENROLL" ] || models=(--spk2enroll "$SPK2ENROLL")
        plan score --embeddings "$(vectors_of "$set")" --trials "$D/$set/trials" --out "$(scores_of "$NAME" "$set" none)" \
            "${models[@]}" "${ALLOW[@]}"
        [ -z "$FITTED" ] || plan score --embeddings "$(vectors_of "$set")" --trials "$D/$set/trials" "${models[@]}" \
            "${ALLOW[@]}" --backend "$FITTED" --out "$(scores_of "$NAME+backend" "$set" none)"
    done
    run_plan
}

normalisations() { find "$C/normalize" -name '*.yaml' -exec basename {} .yaml \; | sort; }

normalize() {
    local set name
    find "$EXP/scores/$NAME" -name 'trials.*.txt' ! -name trials.none.txt ! -name '*calibrated.txt' -delete
    for set in "${SETS[@]}"; do
        for name in $(normalisations); do
            plan normalize --config "$C/normalize/$name.yaml" --scores "$(scores_of "$NAME" "$set" none)" \
                --out "$(scores_of "$NAME" "$set" "$name")" --embeddings "$(vectors_of "$set")" \
                --cohort_embeddings "$COHORT_EMBEDDINGS" ${COHORT:+--cohort_corpus "$COHORT"} \
                --save "$EXP/statistics/$set.$name" ${KNOWN[$set]:+--corpus "${KNOWN[$set]}"}
        done
    done
    run_plan
}

plain_scores() { # every system and normalisation that is no likelihood ratio, as `system normalisation`
    find "$EXP/scores" -path '*/eval/trials.*.txt' ! -name '*calibrated.txt' 2>/dev/null | sort |
        sed -E 's|.*/scores/([^/]+)/eval/trials\.(.*)\.txt|\1 \2|'
}

ratios_of() { if [ "$1" = none ]; then echo calibrated; else echo "$1+calibrated"; fi; } # ratios_of NORMALISATION

made_by() { # made_by normalize|calibrate: the score files that the stage writes, for its record
    local system norm
    if [ "$1" = normalize ]; then
        for norm in $(normalisations); do printf '%s:' "$(scores_of "$NAME" eval "$norm")"; done
    else
        while read -r system norm; do printf '%s:' "$(scores_of "$system" eval "$(ratios_of "$norm")")"; done < <(plain_scores)
    fi
}

calibrate() {
    local system norm ratios
    find "$EXP/scores" -name '*calibrated.txt' -delete
    while read -r system norm; do
        ratios=$(ratios_of "$norm")
        plan calibrate --config "$C/calibrate.yaml" --seed "$SEED" --dev_trials "$D/dev/trials" \
            --dev_scores "$(scores_of "$system" dev "$norm")" --scores "$(scores_of "$system" eval "$norm")" \
            --out "$(scores_of "$system" eval "$ratios")" --save "$EXP/calibration/$system.$ratios" \
            ${KNOWN[dev]:+--dev_corpus "${KNOWN[dev]}" --operating_points "$EXP/operating_points/$system.$ratios.json"} \
            ${KNOWN[dev]:+${COHORT:+--cohort_corpus "$COHORT"}} ${KNOWN[eval]:+--corpus "${KNOWN[eval]}"}
    done < <(plain_scores)
    run_plan
}

measure_all() {
    local file system norm options
    rm -rf "$EXP/results" "$EXP/worst"
    while read -r file; do
        system=$(basename "$(dirname "$(dirname "$file")")") norm=$(basename "$file" .txt) options=()
        norm=${norm#trials.}
        case $norm in
            none) options=(--by condition --worst 20 --worst_out "$EXP/worst/$system.eval.tsv") ;;
            *calibrated) options=(--scores_are llr) ;;
        esac
        plan metrics --config "$C/metrics.yaml" --scores "$file" --trials "$D/eval/trials" --system "$system" \
            --set eval --normalization "$norm" --seed "$SEED" --out "$EXP/results/$system.eval.trials.$norm.json" "${options[@]}" \
            ${KNOWN[eval]:+--corpus "${KNOWN[eval]}"} "${ALLOW[@]}"
    done < <(find "$EXP/scores" -path '*/eval/trials.*.txt' | sort)
    run_plan
}

page() {
    plan report evaluation --config "$C/evaluation.yaml" --folder "$EXP" --set eval --out "$EXP/report" --seed "$SEED"
    if [ -n "${KNOWN[eval]}" ]; then
        plan report --config "$C/table.yaml" --compare "$EXP" "${COMPARED[@]}" --sets eval \
            --systems "$NAME" ${FITTED:+"$NAME+backend"} --normalizations none $(normalisations) \
            --out "$EXP/report/table" --seed "$SEED"
    else
        echo "no table: without speakers (--corpus DIR) there are no intervals"
    fi
    run_plan
}

main() { # a function: bash has read all of it before the first stage, so the file may change while it runs
    local plain=()
    declare -A KNOWN=()
    FITTED=$BACKEND
    [ ! -f "$BACKEND" ] || FITTED=$EXP/backend
    stage 0 "trial lists" lists "$TRIALS $NONTARGET $CORPUS $SPK2ENROLL $DEV $DEV_TRIALS" "$D/eval/trials" \
        "$TRIALS" ${NONTARGET:+"$NONTARGET"} ${CORPUS:+"$CORPUS"} ${SPK2ENROLL:+"$SPK2ENROLL"} ${DEV:+"$DEV"} \
        ${DEV_TRIALS:+"$DEV_TRIALS"}
    KNOWN=([eval]=$(speakers_of eval) [dev]=$(speakers_of dev))
    [ -z "$ENCODER" ] || stage 1 "embeddings" embed "$ENCODER" "$EMBEDDINGS" \
        "$C/embed.yaml" "$ENCODER" "$CORPUS" ${COHORT:+"$COHORT"} ${DEV:+"$DEV"}
    [ ! -f "$BACKEND" ] || stage 2 "back-end" fit_backend "$BACKEND" "$EXP/backend" \
        "$BACKEND" "$COHORT" "$COHORT_EMBEDDINGS"
    stage 3 "scores" score "$NAME ${SPK2ENROLL:-}${ALLOW[*]:+ allow overlap}" "$(scores_of "$NAME" eval none)" "$D" "$EMBEDDINGS" \
        ${DEV_EMBEDDINGS:+"$DEV_EMBEDDINGS"} ${FITTED:+"$FITTED"}
    [ -z "$COHORT_EMBEDDINGS" ] || stage 4 "normalisation" normalize "$NAME" "$(made_by normalize)" "$C/normalize" "$D" \
        "$(scores_of "$NAME" eval none)" "$EMBEDDINGS" "$COHORT_EMBEDDINGS" ${COHORT:+"$COHORT"} \
        ${DEV_EMBEDDINGS:+"$DEV_EMBEDDINGS" "$(scores_of "$NAME" dev none)"}
    mapfile -t plain < <(find "$EXP/scores" -name 'trials.*.txt' ! -name '*calibrated.txt' 2>/dev/null | sort)
    [ -z "$DEV_EMBEDDINGS" ] || stage 5 "calibration" calibrate "$NAME" "$(made_by calibrate)" "$C/calibrate.yaml" "$D" \
        "${plain[@]}"
    stage 6 "metrics" measure_all "$NAME${ALLOW[*]:+ allow overlap}" "$EXP/results" "$C/metrics.yaml" "$D/eval" "$EXP/scores"
    stage 7 "page and table" page "${COMPARED[*]:-}" "$EXP/report/evaluation.html" \
        "$C/evaluation.yaml" "$C/table.yaml" "$EXP/results" "$EXP/scores" "$D/eval"
}

main
exit
