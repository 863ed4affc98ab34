#!/usr/bin/env bash
# Trains in containers while they are scaled, killed, paused, cut off and restarted, and compares with one process.
set -uo pipefail

usage() {
  cat <<'TEXT'
Usage: docker/test.sh

Builds the image, trains with docker/compose.yaml in a project and a network of its own, 'actornet-test', and does to it what happens to clusters. It ends with 0
when the weights are those of one process, the ledger is exact, the monitor saw everything, and every container that was not killed has ended with 0.
It takes some ten minutes and leaves nothing behind but the image actornet-test.

Environment:
  EPOCHS    Epochs of the job, 784-100-10 on the built-in digits. Default 100: a few minutes on two cores. More where the machine is faster.
  DEADLINE  Seconds that each wait may take, other than the last one for the end of training, which may take ten times as long. Default 120.
  KEEP      1 leaves the containers, volumes and the network as they are.
TEXT
}

case "${1:-}" in
  "") ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=actornet-test
deadline=${DEADLINE:-120}
# The caller's own settings are not those of the test.
for variable in $(compgen -e ACTORNET_); do unset "$variable"; done
export ACTORNET_IMAGE=actornet-test ACTORNET_NETWORK=$project ACTORNET_PORT=0
export ACTORNET_HIDDEN=100 ACTORNET_COST=cross-entropy ACTORNET_LEARNING_RATE=0.1 ACTORNET_BATCH_SIZE=32 ACTORNET_EPOCHS=${EPOCHS:-100} ACTORNET_CHECKPOINT_EVERY=1000
work=$(mktemp -d "${TMPDIR:-/tmp}/actornet-test.XXXXXX") || exit 1
watchers=()
started=$SECONDS

say() { printf '[%4d s] %s\n' $((SECONDS - started)) "$*"; }

compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose --project-name "$project" --file "$here/compose.yaml" "$@"
  else
    docker-compose --project-name "$project" --file "$here/compose.yaml" "$@"
  fi
}

quietly() { "$@" >"$work/last.log" 2>&1 || { cat "$work/last.log" >&2; fail "'$*' failed"; }; }

fail() {
  say "FAILED: $*" >&2
  compose logs --no-color --tail 40 >&2
  for monitor in "${monitors[@]}"; do docker logs --tail 5 "$monitor" >&2; done
  exit 1
}

cleanup() {
  trap - EXIT
  for watcher in "${watchers[@]}"; do kill "$watcher" 2>/dev/null; done
  if [[ ${KEEP:-} != 1 ]]; then
    docker rm --force "${monitors[@]}" >/dev/null 2>&1
    # A paused container hears no signal.
    docker ps --quiet --filter "label=com.docker.compose.project=$project" --filter status=paused | xargs --no-run-if-empty docker unpause >/dev/null 2>&1
    compose down --volumes --timeout 10 >/dev/null 2>&1
    docker volume rm "$project-cache" >/dev/null 2>&1
    rm -rf "$work"
  fi
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# wait_for SECONDS WHAT COMMAND …: until the command succeeds.
wait_for() {
  local seconds=$1 what=$2 end=$((SECONDS + $1))
  shift 2
  until "$@"; do
    ((SECONDS < end)) || fail "waited $seconds s for: $what$(saw_event finished && echo " (the run is over: more EPOCHS would have been needed)")"
    sleep 0.5
  done
  say "$what"
}

# The running containers of a service; their ids are also the names of their hosts.
containers() { docker ps --quiet --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1"; }

# A monitor sees a run until it ends or is stopped: the coordinator's restart needs another.
monitors=()
watch() {
  monitors+=("$project-monitor-$((${#monitors[@]} + 1))")
  news=0
  quietly docker run --detach --name "${monitors[-1]}" --network "$project" $ACTORNET_IMAGE monitor coordinator:4080 --jsonl --timeout "$deadline"
}
# What the newest one has printed so far, and how many lines: what comes later is news.
seen() { docker logs "${monitors[-1]}" 2>"$work/monitor.err"; }
mark() { news=$(seen | wc -l); }
# saw EVENTS NODE: whether one of the events (a|b) of a node was seen since the mark. (No grep -q: it ends before those who write to it, which would be a failure.)
saw() { seen | tail -n "+$((news + 1))" | grep -E "\"event\":\"($1)\"" | grep -F "\"node\":\"$2" >/dev/null; }
saw_event() { seen | tail -n "+$((news + 1))" | grep -E "\"event\":\"($1)\"" >/dev/null; }
goes_on() { seen | grep -E '"event":"started","version":[1-9]' >/dev/null; }

missed() { for node in "$@"; do saw 'node-suspected|node-left' "$node" || return 1; done; }
joined() { for node in "$@"; do saw 'node-joined' "$node" || return 1; done; }
left() { for node in "$@"; do saw 'node-left' "$node" || return 1; done; }
told() { for id in $(docker ps --all --quiet --filter "label=com.docker.compose.project=$project"); do grep -q " $id " "$work/ends" || return 1; done; }
ended() { [[ $(docker inspect --format '{{.State.Status}}' "$1") == exited ]]; }
scale() { quietly compose up --detach --no-recreate --scale "worker=$1"; }
# Those of the second list that are not in the first.
new_of() { comm -13 <(sort <<<"$1") <(sort <<<"$2"); }

# ---- Build, and what a single container does ----

docker version >/dev/null || { echo "docker/test.sh: no Docker engine answers: start it, or say with DOCKER_HOST where it is." >&2; exit 3; }
[[ -z $(docker ps --quiet --filter "network=$project" 2>/dev/null) ]] || { echo "docker/test.sh: containers are in the network $project: another test runs, or one was kept; 'docker-compose -p $project down -v' ends it." >&2; exit 2; }
say "$(docker version --format 'Docker {{.Server.Version}}'), $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
quietly compose build
base=$(docker image inspect --format '{{.Size}}' mcr.microsoft.com/dotnet/aspnet:10.0) || fail "the base image is not there"
size=$(($(docker image inspect --format '{{.Size}}' $ACTORNET_IMAGE) - base))
say "built: $size bytes on top of the base image"
((size < 60000000)) || fail "the image is larger than 60 MB"

digits=(--mount "type=volume,source=$project-cache,target=/cache")
field() { sed -nE "s/.*\"$1\": ?\"?([^\",}]+).*/\1/p" | head -1; }
# Large enough for several workers where there are several processors.
small=(train --hidden 256 --batch-size 256 --epochs 1 --json)
one_cpu=$(docker run --rm --read-only --volume /runs --cpus 1 "${digits[@]}" $ACTORNET_IMAGE "${small[@]}" 2>"$work/run.err") || fail "with --read-only --cpus 1: $(cat "$work/run.err")"
[[ $(field workers <<<"$one_cpu") == 1 ]] || fail "with --cpus 1 it has $(field workers <<<"$one_cpu") workers"
say "read-only, --cpus 1: 1 worker, SHA-256 $(field weightsSha256 <<<"$one_cpu")"
tight=$(docker run --rm --memory 256m --memory-swap 256m "${digits[@]}" $ACTORNET_IMAGE "${small[@]}" 2>"$work/run.err") || fail "with --memory 256m: exit code $?, $(cat "$work/run.err")"
[[ $(field weightsSha256 <<<"$tight") == "$(field weightsSha256 <<<"$one_cpu")" ]] || fail "other weights with less memory"
say "--memory 256m: $(field workers <<<"$tight") workers, peak $(field peakMemoryBytes <<<"$tight") bytes, the same SHA-256"

# ---- One process: what the cluster has to come to ----

alone=$(docker run --rm "${digits[@]}" --env-file <(env | grep -E '^ACTORNET_(HIDDEN|COST|LEARNING_RATE|BATCH_SIZE|EPOCHS)=') $ACTORNET_IMAGE train --json 2>"$work/run.err") || fail "one process: $(cat "$work/run.err")"
sha=$(field weightsSha256 <<<"$alone")
say "one process: $(field epochs <<<"$alone") epochs in $(field seconds <<<"$alone") s, SHA-256 $sha"

# ---- The cluster ----

docker events --filter "label=com.docker.compose.project=$project" --filter event=die \
  --format '{{index .Actor.Attributes "com.docker.compose.service"}} {{printf "%.12s" .Actor.ID}} {{.Actor.Attributes.exitCode}}' >"$work/ends" &
watchers+=($!)

quietly compose up --detach --scale worker=1
coordinator=$(containers coordinator)
watch
wait_for "$deadline" "1 worker: an epoch is done" saw_event epoch

before=$(containers worker)
mark; scale 4
added=$(new_of "$before" "$(containers worker)")
wait_for "$deadline" "scaled to 4: $(tr '\n' ' ' <<<"$added")have joined" joined $added

mapfile -t victims < <(head -2 <<<"$added")
mark; quietly docker kill --signal KILL "${victims[@]}"
wait_for "$deadline" "kill -9 of ${victims[*]}: suspected, or gone" missed "${victims[@]}"
wait_for "$deadline" "training goes on" saw_event 'steps-go-on|progress'
quietly docker rm "${victims[@]}"
before=$(containers worker)
mark; scale 4
added=$(new_of "$before" "$(containers worker)")
wait_for "$deadline" "two in their place: $(tr '\n' ' ' <<<"$added")have joined" joined $added

paused=$(head -1 <<<"$before")
mark; quietly docker pause "$paused"
until=$((SECONDS + 30))
wait_for "$deadline" "$paused is paused: suspected" missed "$paused"
while ((SECONDS < until)); do sleep 1; done
mark; quietly docker unpause "$paused"
wait_for "$deadline" "after 30 s it goes on: back" saw 'node-trusted|node-joined' "$paused"

cut=$(tail -1 <<<"$before")
mark; quietly docker network disconnect "$project" "$cut"
until=$((SECONDS + 10))
wait_for "$deadline" "$cut is cut off: suspected" missed "$cut"
while ((SECONDS < until)); do sleep 1; done
mark; quietly docker network connect --alias worker "$project" "$cut"
wait_for "$deadline" "after 10 s it is connected again: back" saw 'node-trusted|node-joined' "$cut"

quietly docker restart -t 30 "$coordinator"
watch
wait_for "$deadline" "the coordinator was restarted: the run goes on" goes_on
say "  from step $(seen | grep -F '"event":"started"' | tail -1 | field version)"

before=$(containers worker)
mark; scale 2
gone=$(comm -23 <(sort <<<"$before") <(containers worker | sort))
wait_for "$deadline" "scaled down to 2: $(tr '\n' ' ' <<<"$gone")left" left $gone

wait_for $((10 * deadline)) "the coordinator has ended" ended "$coordinator"
quietly compose stop
docker cp "$coordinator:/runs/run/record.jsonl" "$work/record.jsonl" >/dev/null || fail "the run has no record"

# ---- What it came to ----

end=$(tail -1 "$work/record.jsonl")
[[ $(field event <<<"$end") == finished ]] || fail "the record ends with: $end"
[[ $(field weightsSha256 <<<"$end") == "$sha" ]] || fail "the SHA-256 is $(field weightsSha256 <<<"$end"), that of one process $sha"
say "the same SHA-256: $sha"
[[ $(field exact <<<"$end") == true ]] || fail "the ledger is not exact: $end"
say "the ledger is exact: $(field samplesPerEpoch <<<"$end") samples in each epoch"
wait_for "$deadline" "the engine has told of every end" told
while read -r service id code; do
  case "$service $code" in
    "worker 137") [[ " ${victims[*]} " == *" $id "* ]] || fail "$service $id was killed, by whom?" ;;
    "coordinator 130") say "$service $id was interrupted by its restart: 130" ;;
    "secrets 0") ;;
    *" 0") say "$service $id: 0" ;;
    *) fail "$service $id has ended with $code" ;;
  esac
done <"$work/ends"
[[ $(docker inspect --format '{{.State.ExitCode}}' "$coordinator") == 0 ]] || fail "the coordinator has not ended with 0"
[[ $(docker wait "${monitors[-1]}") == 0 ]] || fail "the monitor has not ended with 0: $(cat "$work/monitor.err")"
say "every container that was not killed has ended with 0"
say "what the monitors saw: $(for monitor in "${monitors[@]}"; do docker logs "$monitor" 2>/dev/null; done | grep -oE '"event":"(node-[a-z]+|steps-go-on|went-back|epoch|started|stopped|finished)"' | sort | uniq -c | sed -E 's/ +([0-9]+) "event":"(.*)"/\1 \2/' | paste -sd, | sed 's/,/, /g')"
