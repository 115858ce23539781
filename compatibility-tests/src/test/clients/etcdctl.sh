#!/usr/bin/env bash
# The etcdctl that is first on the path, against a cluster, while its leader is killed: what runs for long (a watch, a lock, a lease
# that is kept alive, an election that is listened to) runs on, and what is written meanwhile is there. What single commands print
# is compared elsewhere, with what etcd answers. Prints "ok: ..." for what it has checked; ends with 1 at the first that is not so.
set -euo pipefail

export ETCDCTL_API=3 ETCDCTL_ENDPOINTS=$ENDPOINTS
patience=60

fail() {
  echo "FAILED: $*"
  exit 1
}

ok() {
  echo "ok: $*"
}

# within WHAT COMMAND...: tries a command until it succeeds.
within() {
  local what=$1 end=$((SECONDS + patience))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || fail "$what"
  done
}

two_in_line() { [ "$(etcdctl get --prefix held/ --keys-only | grep -c .)" = 2 ]; }
has_lines() { [ "$(wc -l <"$1")" -ge "$2" ]; }

users_are_on=no

# What is started here ends here, and others find no users.
finish() {
  [ $users_are_on = no ] || etcdctl --user=root:roots auth disable >/dev/null
  kill $(jobs -p) 2>/dev/null
  wait
}
trap finish EXIT

# refused WORDS COMMAND...: a command that must fail with these words.
refused() {
  local words=$1
  shift
  ! "$@" >refused.txt 2>&1 || fail "was not refused: $*"
  grep -q "$words" refused.txt || fail "$* was refused so: $(cat refused.txt)"
}

{
  etcdctl put secret/a 1
  etcdctl user add root:roots
  etcdctl user add reader:readers
  etcdctl role add reading
  etcdctl role grant-permission reading --prefix=true read secret/
  etcdctl user grant-role reader reading
  etcdctl auth enable
} >/dev/null
users_are_on=yes
[ "$(etcdctl --user=reader:readers get secret/a --print-value-only)" = 1 ] || fail "a reader may not read"
refused "etcdserver: permission denied" etcdctl --user=reader:readers put secret/a 2
refused "etcdserver: permission denied" etcdctl --user=reader:readers get elsewhere
refused "etcdserver: authentication failed, invalid user ID or password" etcdctl --user=reader:guessed get secret/a
refused "etcdserver: user name is empty" etcdctl get secret/a
etcdctl --user=root:roots auth disable >/dev/null
users_are_on=no
for user in reader root; do etcdctl user delete $user; done >/dev/null
for role in reading root; do etcdctl role delete $role; done >/dev/null
ok "users may do what their roles say"

# The etcdctl of another release may have been here, and have written more.
etcdctl del --prefix load/ >/dev/null

lease=$(etcdctl lease grant 5 | cut -d' ' -f2)
etcdctl put --lease="$lease" alive yes >/dev/null
etcdctl lease keep-alive "$lease" >keep-alive.txt 2>&1 &
keep_alive=$!
etcdctl watch --prefix load/ >watch.txt 2>watch.err &
watch=$!
etcdctl lock held >lock.txt 2>lock.err &
lock=$!
etcdctl elect throne first >elect.txt 2>elect.err &
elect=$!
etcdctl elect --listen throne >listen.txt 2>listen.err &
listen=$!
within "the lock is had" test -s lock.txt
within "the election is won" has_lines elect.txt 2
within "the election is observed" has_lines listen.txt 2
within "the lease is kept alive" has_lines keep-alive.txt 1
# The watch is there once it has told of something.
warm=0
watched() {
  warm=$((warm + 1))
  etcdctl put load/0 "$warm" >/dev/null
  test -s watch.txt
}
within "the watch tells of what is written" watched
ok "a lease, a watch, a lock and an election are under way"

(read -r line && echo "$line" >killed.txt) <&0 &
after=0 number=0
while [ $after -lt 10 ]; do
  number=$((number + 1))
  within "put $number" etcdctl put "load/key-$number" "$number" >put.txt 2>&1
  [ $number -ne 10 ] || echo "kill the leader"
  [ ! -s killed.txt ] || after=$((after + 1))
done

etcdctl get --prefix load/key- --sort-by=CREATE --print-value-only | grep . >values.txt
seq $number | cmp - values.txt || fail "what is there differs from what was acknowledged"
ok "everything that was acknowledged is there"

within "the watch tells of the last write" grep -q "^load/key-$number\$" watch.txt
# A write that was tried again may have been done twice, with the same value.
grep -A1 "^load/key-" watch.txt | grep -v -e '^load/' -e '^--' | uniq >seen.txt
seq $number | cmp - seen.txt || fail "the watch has seen something else than was acknowledged"
kill -0 $watch || fail "the watch has ended: $(cat watch.err)"
ok "the watch has seen each acknowledged write once, in order"

kill -0 $lock || fail "the lock has ended: $(cat lock.err)"
[ "$(etcdctl get --prefix held/ --keys-only | grep .)" = "$(cat lock.txt)" ] || fail "somebody else has the lock"
# Whoever comes second waits, until the first leaves.
etcdctl lock held echo second >second.txt 2>&1 &
second=$!
within "the second stands in line" two_in_line
[ ! -s second.txt ] || fail "two have the lock"
kill -INT $lock
wait $second
[ "$(cat second.txt)" = second ] || fail "the second did not get the lock: $(cat second.txt)"
ok "the lock is held across the change of leader"

kill -0 $keep_alive || fail "nobody keeps the lease alive: $(cat keep-alive.txt)"
told=$(wc -l <keep-alive.txt)
within "the lease is kept alive" has_lines keep-alive.txt $((told + 2))
[ "$(etcdctl get alive --print-value-only)" = yes ] || fail "the lease has run out"
ok "the lease is kept alive across the change of leader"

kill -0 $elect || fail "the election has ended: $(cat elect.err)"
kill -0 $listen || fail "the election is not observed any more: $(cat listen.err)"
etcdctl elect throne next >next.txt 2>&1 &
kill -INT $elect
within "the next is elected" has_lines next.txt 2
within "the next is observed" grep -q '^next$' listen.txt
ok "the election goes on across the change of leader"
