#!/usr/bin/env bash
# Starts a coordinator and N worker processes on this machine, to play with.
set -uo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/local-cluster.sh N [flags of 'actornet train' …]

Starts a coordinator and N worker processes of one thread each on this machine, and ends all of them when training is over or on Ctrl+C.
All flags after N go to the coordinator, e.g.

    scripts/local-cluster.sh 3 --hidden 100 --epochs 10 --servers 1

Environment:
  PORT   The coordinator's port; the tensor link takes the next. Default 4053.
  BUILD  Release (default) or Debug.

While it trains, in another terminal: kill -9, -STOP and -CONT a worker by the number that is shown, or add one with
    actornet worker --join 127.0.0.1:4053
The bits at the end stay the same.
TEXT
}

fail() { echo "local-cluster.sh: $*" >&2; exit 2; }

case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  "") usage >&2; exit 2 ;;
esac
[[ $1 =~ ^[1-9][0-9]{0,2}$ ]] || fail "'$1' is no number of workers: give 1 to 999, then the flags of 'actornet train'; --help says more."
count=$1
shift
port=${PORT:-4053}
{ [[ $port =~ ^[0-9]{1,5}$ ]] && ((port >= 1 && port <= 65534)); } || fail "PORT is '$port': give 1 to 65534."
for flag in "$@"; do
  case $flag in
    --listen | --listen=* | --workers | --workers=* | --min-workers | --min-workers=*) fail "$flag is set by this script: PORT chooses the port, N the workers." ;;
  esac
done

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=$root/src/ActorNet.Cli/bin/${BUILD:-Release}/net10.0/actornet
[[ -x $program ]] || fail "$program is not there: build it with 'dotnet build -c ${BUILD:-Release}'."

logs=$(mktemp -d "${TMPDIR:-/tmp}/local-cluster.XXXXXX") || exit 1
workers=()
coordinator=
cleanup() {
  trap - EXIT
  # A frozen process hears no other signal before it goes on.
  for process in $coordinator "${workers[@]}"; do
    kill -TERM "$process" 2>/dev/null && kill -CONT "$process" 2>/dev/null
  done
  wait
  echo "logs of the workers: $logs"
}
trap cleanup EXIT
# What bash starts in the background ignores Ctrl+C. The coordinator is told to end: it writes its checkpoint first, and then this ends too.
trap '[[ -n $coordinator ]] && kill -TERM "$coordinator" 2>/dev/null || exit 130' INT
trap 'exit 143' TERM HUP

for ((i = 1; i <= count; i++)); do
  "$program" worker --join "127.0.0.1:$port" --listen 127.0.0.1:0 --workers 1 --exit-when-done >"$logs/worker$i.log" 2>&1 &
  workers+=($!)
  echo "worker $i is process $!"
done
"$program" train --listen "127.0.0.1:$port" --workers 0 --min-workers "$count" "$@" &
coordinator=$!
echo "the coordinator is process $coordinator"
# A signal ends the wait, not the coordinator.
while :; do
  wait "$coordinator"
  code=$?
  kill -0 "$coordinator" 2>/dev/null || break
done
coordinator=
if ((code == 0)); then
  wait "${workers[@]}"
fi
exit "$code"
