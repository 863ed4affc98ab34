#!/bin/sh
# Compressed gradients over a slow network: two processes with a worker each, in network namespaces of their own, and between them a link that tbf limits.
# Linux, root, iproute2. Prints samples/s, and the bytes that the link has carried both ways a step, TCP headers and control messages with them.
#
#   limited_link.sh DATA_DIR RATE ROUNDS    e.g. limited_link.sh ~/mnist 100mbit 3
set -eu

data=$1 rate=$2 rounds=$3
here=$(cd "$(dirname "$0")/../.." && pwd)
actornet="dotnet $here/src/ActorNet.Cli/bin/Release/net10.0/actornet.dll"
out=$(mktemp -d)
trap 'ip netns del an-a; ip netns del an-b; rm -rf "$out"' EXIT

ip netns add an-a
ip netns add an-b
ip link add an-va netns an-a type veth peer name an-vb netns an-b
for side in a b; do
    last=$([ $side = a ] && echo 1 || echo 2)
    ip -n an-$side addr add 10.77.0.$last/24 dev an-v$side
    ip -n an-$side link set lo up
    ip -n an-$side link set an-v$side up
    ip netns exec an-$side tc qdisc add dev an-v$side root tbf rate "$rate" burst 128kb latency 400ms
done

bytes() {
    ip netns exec an-a awk '/an-va:/ { printf "%.0f", $2 + $10 }' /proc/net/dev
}

run() { # hidden batch samples compression
    before=$(bytes)
    ip netns exec an-b $actornet worker --join 10.77.0.1:4053 --listen 10.77.0.2:0 --workers 1 --exit-when-done --http off --data-dir "$data" >/dev/null 2>&1 &
    worker=$!
    ip netns exec an-a $actornet train --data mnist --data-dir "$data" --validation $((60000 - $3)) --hidden "$1" --batch-size "$2" --epochs 1 --learning-rate 0.1 \
        --compression "$4" --listen 10.77.0.1:4053 --workers 1 --min-workers 2 --http off --json --quiet --out "$out/run" >"$out/result" 2>"$out/error" || { cat "$out/error" >&2; exit 1; }
    wait $worker
    rm -rf "$out/run"
    rate_=$(sed -n 's/.*"samplesPerSecond": *\([0-9.]*\).*/\1/p' "$out/result")
    steps=$(sed -n 's/.*"steps": *\([0-9]*\).*/\1/p' "$out/result")
    echo "$1 $4 $rate_ samples/s, $(( ($(bytes) - before) / steps )) bytes a step"
}

for round in $(seq "$rounds"); do
    for compression in none fp16 bf16 int8; do
        run 100 32 38400 $compression
        run 512,512 128 19200 $compression
    done
done
