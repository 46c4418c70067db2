#!/bin/sh
# Runs llama.cpp's llama-bench and msrnn bench on the same files in alternation, and prints medians, ratios and every
# run. llama-bench runs without and with flash attention; of a test, the one with the better median counts.
set -eu

usage() {
  cat >&2 <<END
usage: compare-llama-cpp.sh [options] [LLAMA_BENCH] MODEL.gguf...
  LLAMA_BENCH  llama-bench, built for this machine; or the variable LLAMA_BENCH
  -r N         rounds (5)
  -p N         tokens of the prompt, 0 for none (512)
  -n N         tokens generated, 0 for none (128)
  -d N         tokens of history, for a llama-bench that has -d (0)
  -t N         threads (all processors)
  -P POLICY    policy of msrnn (full)
  -k K         its state size (512)
The variable MSRNN names the command msrnn; without it, that of this source tree is run.
END
  exit 2
}

root=$(cd "$(dirname "$0")/../.." && pwd)
msrnn=${MSRNN:-$root/msrnn}
rounds=5 prompt=512 generated=128 depth=0 threads=$(getconf _NPROCESSORS_ONLN) policy=full state=512
while getopts r:p:n:d:t:P:k: option; do
  case $option in
    r) rounds=$OPTARG ;;
    p) prompt=$OPTARG ;;
    n) generated=$OPTARG ;;
    d) depth=$OPTARG ;;
    t) threads=$OPTARG ;;
    P) policy=$OPTARG ;;
    k) state=$OPTARG ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
case ${1-} in
  *.gguf | '') llama=${LLAMA_BENCH:-} ;;
  *) llama=$1 && shift ;;
esac
[ -n "$llama" ] && [ $# -gt 0 ] || usage
if ! "$llama" --help >/dev/null 2>&1; then
  echo "compare-llama-cpp.sh: cannot run $llama" >&2
  exit 1
fi
at_depth=
if [ "$depth" -gt 0 ]; then
  if ! "$llama" --help 2>&1 | grep -q -e '--n-depth'; then
    echo "compare-llama-cpp.sh: this llama-bench has no option -d; leave -d out or build a newer one" >&2
    exit 1
  fi
  at_depth="-d $depth"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rows=$work/rows.csv
echo "round,model,test,engine,tokens per second" >"$rows"

# The row of a table of msrnn bench in Markdown; its columns are found by their names.
from_msrnn() {
  awk -F' *[|] *' -v round="$1" -v model="$2" '
    !test { for (i = 1; i <= NF; i++) { if ($i == "test") test = i; if ($i == "t/s") rate = i }; next }
    test && $test ~ /^(pp|tg)[0-9]/ { printf "%s,%s,%s,msrnn,%.3f\n", round, model, $test, $rate }'
}

# A line of llama-bench, one object a test.
from_llama() {
  awk -v round="$1" -v model="$2" -v engine="$3" '
    function number(key) {
      return match($0, "\"" key "\": [0-9.e+]+") ? substr($0, RSTART + length(key) + 4, RLENGTH - length(key) - 4) + 0 : 0
    }
    /"avg_ts"/ {
      test = number("n_gen") > 0 ? "tg" number("n_gen") : "pp" number("n_prompt")
      printf "%s,%s,%s,%s,%.3f\n", round, model, test, engine, number("avg_ts")
    }'
}

round=1
while [ "$round" -le "$rounds" ]; do
  for file in "$@"; do
    model=$(basename "$file" .gguf)
    echo "round $round of $rounds: $model" >&2
    "$msrnn" bench -m "$file" -p "$prompt" -n "$generated" -d "$depth" -r 1 --threads "$threads" \
      --policies "$policy" --states "$state" --format md >"$work/out"
    from_msrnn "$round" "$model" <"$work/out" >>"$rows"
    for flash in 0 1; do
      # shellcheck disable=SC2086 # at_depth is an option and its value, or nothing
      "$llama" -m "$file" -p "$prompt" -n "$generated" $at_depth -r 1 -t "$threads" -fa "$flash" -o jsonl \
        >"$work/out" 2>"$work/err" || { cat "$work/err" >&2 && exit 1; }
      from_llama "$round" "$model" "llama.cpp -fa $flash" <"$work/out" >>"$rows"
    done
  done
  round=$((round + 1))
done

awk -F, '
  function median(list, n,    i, j, v) { # sorts by insertion
    for (i = 2; i <= n; i++) {
      v = list[i]
      for (j = i - 1; j >= 1 && list[j] > v; j--) list[j + 1] = list[j]
      list[j + 1] = v
    }
    return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
  }
  function of(key, engine,    r, n) {
    n = 0
    for (r = 1; r <= rounds; r++) list[++n] = rate[key, engine, r]
    return median(list, n)
  }
  NR > 1 {
    key = $2 "," $3
    if (!(key in seen)) { seen[key] = 1; keys[++count] = key }
    rate[key, $4, $1] = $5
    rounds = $1
  }
  END {
    print "model,test,msrnn,llama.cpp,flash attention,ratio of medians,median of ratios"
    for (i = 1; i <= count; i++) {
      key = keys[i]
      flash = of(key, "llama.cpp -fa 1") > of(key, "llama.cpp -fa 0") ? 1 : 0
      best = "llama.cpp -fa " flash
      ours = of(key, "msrnn")
      theirs = of(key, best)
      for (r = 1; r <= rounds; r++) ratio[r] = rate[key, "msrnn", r] / rate[key, best, r]
      printf "%s,%.2f,%.2f,%d,%.3f,%.3f\n", key, ours, theirs, flash, ours / theirs, median(ratio, rounds)
    }
  }' "$rows" >"$work/summary.csv"

table() { # a CSV file as a table, the first two columns to the left
  awk -F, '
    { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) }; columns = NF }
    END {
      for (r = 1; r <= NR; r++) {
        line = ""
        for (i = 1; i <= columns; i++) line = line sprintf(i <= 2 ? "%-" width[i] "s  " : "%" width[i] "s  ", cell[r, i])
        sub(/ +$/, "", line)
        print line
      }
    }' "$1"
}

echo "tokens a second, medians of $rounds alternated rounds, $threads threads; msrnn with policy $policy; history $depth"
echo
table "$work/summary.csv"
echo
cat "$work/summary.csv"
echo
cat "$rows"
