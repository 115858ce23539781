# Sourced by the scripts beside it: members of Quorate and of etcd as processes of this machine, in groups of their own, all with their default
# flags. It takes bash 5.0 and Linux, and paths without blanks.
#
# Who sources it has set 'root', the repository's folder, and calls 'prepare_data DIR' before anything else.

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit "${2:-1}"
}

# prepare_data DIR: sets 'data' to a new folder in DIR, which is removed at the end, when all members have been stopped.
prepare_data() {
  mkdir -p "$1"
  data=$(mktemp -d "$1/${0##*/}.XXXXXX")
  trap stop_all EXIT
  trap 'exit 130' INT TERM
}

# Process, client URL, and command line of each member, by its name.
declare -A pid=() url=() command=()

stop_all() {
  local name
  trap '' INT TERM
  for name in "${!pid[@]}"; do
    kill "${pid[$name]}" 2>/dev/null || true
  done
  for ((tries = 100; tries > 0; tries--)); do
    [ -n "$(jobs -rp)" ] || break
    sleep 0.1
  done
  for name in "${!pid[@]}"; do
    kill -9 "${pid[$name]}" 2>/dev/null || true
  done
  rm -rf "$data"
}

# Outside of the range that outgoing connections are given ports of.
port=14379
free_port() {
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  free=$port port=$((port + 1))
}

# run NAME: starts the member with its command line.
run() {
  # In a group of its own: Ctrl-C is for this script, which stops it.
  set -m
  # shellcheck disable=SC2086  # split on purpose: nothing in it has a blank
  ${command[$1]} >>"$data/$1.log" 2>&1 &
  pid[$1]=$!
  set +m
}

# start NAME SIZE PROGRAM...: so many members NAME1, NAME2, ... of one cluster, and waits until they serve; sets 'endpoints'.
start() {
  local name=$1 size=$2 i cluster='' peers=()
  shift 2
  for ((i = 1; i <= size; i++)); do
    free_port; url[$name$i]=http://127.0.0.1:$free
    free_port; peers[i]=http://127.0.0.1:$free
    cluster=$cluster${cluster:+,}$name$i=${peers[i]}
  done
  endpoints=
  for ((i = 1; i <= size; i++)); do
    command[$name$i]="$* --name $name$i --data-dir $data/$name$i --initial-cluster $cluster --initial-cluster-state new
      --listen-client-urls ${url[$name$i]} --advertise-client-urls ${url[$name$i]}
      --listen-peer-urls ${peers[i]} --initial-advertise-peer-urls ${peers[i]}"
    run "$name$i"
    endpoints=$endpoints${endpoints:+,}${url[$name$i]#http://}
  done
  for ((i = 1; i <= size; i++)); do
    await_health "$name$i"
  done
}

# is_healthy NAME: whether the member serves.
is_healthy() {
  local address=${url[$1]#http://}
  (
    exec 3<>"/dev/tcp/${address%:*}/${address#*:}"
    printf 'GET /health HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$address" >&3
    timeout 2 grep -q '"health": *"true"' <&3
  ) 2>/dev/null
}

# await_health NAME: waits until it serves, or fails when it has ended or does not within two minutes.
await_health() {
  local deadline=$((SECONDS + 120))
  until is_healthy "$1"; do
    kill -0 "${pid[$1]}" 2>/dev/null || { tail -n 5 "$data/$1.log" >&2; fail "member $1 has ended"; }
    [ "$SECONDS" -lt "$deadline" ] || { tail -n 5 "$data/$1.log" >&2; fail "member $1 does not serve"; }
    sleep 0.02
  done
}

# end NAME [SIGNAL]: ends the member's process, and waits until it is gone.
end() {
  kill "-${2:-TERM}" "${pid[$1]}"
  wait "${pid[$1]}" 2>/dev/null || true
  unset "pid[$1]"
}

# now: sets 'millis' to the time in milliseconds.
now() {
  local micros=${EPOCHREALTIME/[.,]/}
  millis=$((micros / 1000))
}

# median NUMBER...: prints it.
median() {
  local sorted
  # shellcheck disable=SC2207  # numbers
  sorted=($(printf '%s\n' "$@" | sort -n))
  echo "${sorted[$(((${#sorted[@]} - 1) / 2))]}"
}
