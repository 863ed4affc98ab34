#!/usr/bin/env bash
# What mutual TLS costs W4 (784-2048-2048-10, minibatch 256): a coordinator with a worker and a process with another, with TLS and without, in turn.
#
#   tests/ActorNet.Benchmarks/tls_cost.sh [ROUNDS]      after dotnet build -c Release
#
# Prints the samples a second of each run, and checks that all have the same bits.
set -euo pipefail
rounds=${1:-3}
root=$(cd "$(dirname "$0")/../.." && pwd)
actornet="dotnet $root/src/ActorNet.Cli/bin/Release/net10.0/actornet.dll"
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
$actornet certs create --out "$work/certs" >/dev/null 2>&1

run() { # NAME FLAGS…: one epoch, and its samples a second and weights
  local name=$1; shift
  $actornet worker --join 127.0.0.1:24553 --listen 127.0.0.1:0 --workers 1 --exit-when-done --quiet "$@" &
  timeout 300 $actornet train --hidden 2048,2048 --batch-size 256 --epochs 1 --learning-rate 0.5 --workers 1 --min-workers 2 --listen 127.0.0.1:24553 --http off \
    --out "$work/$name" --json --quiet "$@" >"$work/$name.json"
  wait
  grep -oE '"(samplesPerSecond|weightsSha256)": *"?[0-9a-f.]+' "$work/$name.json" | sed -E 's/.*: *"?//' | tr '\n' ' '
}

for round in $(seq "$rounds"); do
  echo "plain $(run "plain$round")"
  echo "tls   $(run "tls$round" --tls "$work/certs/node")"
done | tee "$work/all"
[ "$(awk '{ print (length($2) > length($3) ? $2 : $3) }' "$work/all" | sort -u | wc -l)" = 1 ] || { echo "the bits differ" >&2; exit 1; }
