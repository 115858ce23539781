"""Debian's python3-etcd3 (the module etcd3) against a cluster. Prints "ok: ..." for what it has checked; fails on the first
thing that is not as with etcd. It asks for the kill of the leader by a line, and goes on writing."""

import os
import queue
import sys
import threading
import time

import etcd3
import grpc
from etcd3 import exceptions
from etcd3.etcdrpc import auth_pb2

PATIENCE = 60


def ok(what):
    print("ok: " + what, flush=True)


def same(actual, expected):
    assert actual == expected, f"{actual!r} instead of {expected!r}"


def connect(endpoint):
    host, port = endpoint.rsplit(":", 1)
    return etcd3.client(host=host, port=int(port), timeout=10)


def until(what, call):
    """Tries until the call is answered: a write that failed may or may not have been done, and is done again."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return call()
        except (exceptions.ConnectionFailedError, exceptions.ConnectionTimeoutError) as failure:
            assert time.monotonic() < end, f"{what}: {failure!r}"


def follower(endpoints):
    """This client knows one endpoint: it has to be one that outlives the leader."""
    for endpoint in endpoints:
        client = connect(endpoint)
        response = client.maintenancestub.Status(etcd3.etcdrpc.StatusRequest(), 10)
        if response.leader != response.header.member_id:
            return client
        client.close()
    raise AssertionError("every member leads")


def keys_and_values(etcd):
    etcd.put("fruit/apple", "red")
    etcd.put("fruit/banana", "yellow")
    etcd.put("fruit/cherry", "red")
    value, meta = etcd.get("fruit/banana")
    same((value, meta.key, meta.version), (b"yellow", b"fruit/banana", 1))
    same(meta.create_revision, meta.mod_revision)
    same(etcd.get("fruit/none"), (None, None))
    same(etcd.put("fruit/apple", "green", prev_kv=True).prev_kv.value, b"red")
    ok("put and get, with revisions and the previous pair")

    same([m.key for _, m in etcd.get_prefix("fruit/")], [b"fruit/apple", b"fruit/banana", b"fruit/cherry"])
    descending = etcd.get_prefix("fruit/", sort_order="descend", sort_target="value")
    same([v for v, _ in descending], [b"yellow", b"red", b"green"])
    same([v for v, _ in etcd.get_range("fruit/b", "fruit/c")], [b"yellow"])
    same([v for v, _ in etcd.get_prefix("fruit/", keys_only=True)], [b"", b"", b""])
    same([m.key for _, m in etcd.get_all() if m.key.startswith(b"fruit/")], [b"fruit/apple", b"fruit/banana", b"fruit/cherry"])
    same(etcd.get("fruit/apple", serializable=True)[0], b"green")
    ok("ranges, sorted, keys only, serializable")

    same(etcd.put_if_not_exists("fruit/apple", "blue"), False)
    same(etcd.put_if_not_exists("fruit/date", "brown"), True)
    same(etcd.replace("fruit/date", "red", "blue"), False)
    same(etcd.replace("fruit/date", "brown", "black"), True)
    t = etcd.transactions
    done, answers = etcd.transaction(
        compare=[t.value("fruit/date") == "black", t.version("fruit/date") > 1, t.create("fruit/none") == 0],
        success=[
            t.put("fruit/elder", "black"),
            t.get("fruit/elder"),
            t.txn(compare=[t.mod("fruit/elder") == 0], success=[t.delete("fruit/date")], failure=[]),
        ],
        failure=[t.get("fruit/date")])
    same(done, True)
    same(answers[1][0][0], b"black")
    same(etcd.get("fruit/date"), (None, None))
    done, answers = etcd.transaction(compare=[t.value("fruit/apple") == "x"], success=[], failure=[t.get("fruit/apple")])
    same((done, answers[0][0][0]), (False, b"green"))
    ok("transactions, nested too")

    same(etcd.delete("fruit/none"), False)
    same(etcd.delete("fruit/apple", prev_kv=True, return_response=True).prev_kvs[0].value, b"green")
    same(etcd.delete_prefix("fruit/").deleted, 3)
    same(list(etcd.get_prefix("fruit/")), [])
    ok("deletions")


def watches(etcd):
    first = etcd.put("watched/a", "1").header.revision
    etcd.put("watched/b", "2")
    etcd.delete("watched/a")
    events, cancel = etcd.watch_prefix("watched/", start_revision=first, prev_kv=True)
    seen = [next(events) for _ in range(3)]
    same([type(e) for e in seen], [etcd3.events.PutEvent, etcd3.events.PutEvent, etcd3.events.DeleteEvent])
    same([e.mod_revision for e in seen], [first, first + 1, first + 2])
    same(seen[2].prev_value, b"1")
    etcd.put("elsewhere", "0")
    etcd.put("watched/c", "3")
    same(next(events).value, b"3")
    cancel()
    same(list(events), [])
    try:
        etcd.watch_once("watched/a", timeout=0.1)
        raise AssertionError("a watch with nothing to tell ended")
    except exceptions.WatchTimedOut:
        pass
    ok("watches, from the past and from now on, cancelled, timed out")

    etcd.compact(first + 2, physical=True)
    events, cancel = etcd.watch_prefix("watched/", start_revision=first)
    try:
        next(events)
        raise AssertionError("compacted events were told")
    except exceptions.RevisionCompactedError as refused:
        same(refused.compacted_revision, first + 2)
    ok("compaction, and the watch that asks for what it has taken")


def leases(etcd):
    lease = etcd.lease(60)
    same((lease.ttl, lease.granted_ttl), (60, 60))
    etcd.put("leased", "1", lease=lease)
    same(etcd.get("leased")[1].lease_id, lease.id)
    same([k for k in lease.keys], [b"leased"])
    assert 0 < lease.remaining_ttl <= 60
    same([r.TTL for r in lease.refresh()], [60])
    lease.revoke()
    same(etcd.get("leased"), (None, None))
    same(etcd.get_lease_info(lease.id).TTL, -1)
    gone = etcd.lease(2)
    events, cancel = etcd.watch("short")
    etcd.put("short", "1", lease=gone)
    same([type(next(events)) for _ in range(2)], [etcd3.events.PutEvent, etcd3.events.DeleteEvent])
    cancel()
    ok("leases: granted, attached, refreshed, revoked, run out")


def locks(etcd, other):
    mine = etcd.lock("pantry", ttl=60)
    same(mine.acquire(timeout=10), True)
    theirs = other.lock("pantry", ttl=60)
    same((mine.is_acquired(), theirs.is_acquired()), (True, False))
    # Waiting for a lock fails in Debian 12 before it asks the server for anything: its tenacity is too new for this module.
    # So this waits as the module would, and then tries.
    waiting = queue.Queue()
    watched = threading.Event()

    def wait_and_acquire():
        released, cancel = other.watch(theirs.key)
        watched.set()
        while not isinstance(next(released), etcd3.events.DeleteEvent):
            pass
        cancel()
        waiting.put(theirs.acquire(timeout=10))

    threading.Thread(target=wait_and_acquire, daemon=True).start()
    watched.wait(PATIENCE)
    same(waiting.empty(), True)
    same(mine.release(), True)
    same(waiting.get(timeout=PATIENCE), True)
    same((mine.is_acquired(), theirs.is_acquired()), (False, True))
    same(theirs.release(), True)
    ok("a lock is had by one at a time")


def maintenance(etcd, endpoints):
    status = etcd.status()
    same(status.version, "3.4.23")
    assert status.db_size > 0 and status.raft_term > 0 and status.raft_index > 0
    members = list(etcd.members)
    same({url for m in members for url in m.client_urls}, {"http://" + e for e in endpoints})
    assert status.leader.id in {m.id for m in members}
    assert etcd.hash() != 0
    same(list(etcd.list_alarms()), [])
    same([a.alarm_type for a in etcd.create_alarm()], [etcd3.etcdrpc.NOSPACE])
    try:
        etcd.put("refused", "1")
        raise AssertionError("written without space")
    except grpc.RpcError as refused:  # the module passes on what it has no name for
        same(refused.details(), "etcdserver: mvcc: database space exceeded")
    etcd.disarm_alarm()
    same(list(etcd.list_alarms()), [])
    etcd.put("refused", "1")
    ok("status, members, hash, alarms")


def refused(words, call):
    try:
        call()
    except grpc.RpcError as refusal:  # the module passes on what it has no name for
        same(refusal.details(), words)
    else:
        raise AssertionError(f"not refused: {words}")


def users(etcd, endpoint):
    # The module can log in, but has no words for users and roles: its stubs do.
    rpc, auth = etcd3.etcdrpc, etcd3.etcdrpc.AuthStub(etcd.channel)
    host, port = endpoint.rsplit(":", 1)

    def log_in(user, password):
        client = etcd3.client(host=host, port=int(port), timeout=10, user=user, password=password)
        # It shows the token as metadata, and besides as credentials of the call, which gRPC refuses to send without TLS.
        client.call_credentials = None
        return client

    etcd.put("secret/a", "1")
    for name, role in (("root", "root"), ("reader", "reading")):
        auth.UserAdd(rpc.AuthUserAddRequest(name=name, password=name + "s"))
        auth.RoleAdd(rpc.AuthRoleAddRequest(name=role))
        auth.UserGrantRole(rpc.AuthUserGrantRoleRequest(user=name, role=role))
    permission = auth_pb2.Permission(permType=auth_pb2.Permission.READ, key=b"secret/", range_end=b"secret0")
    auth.RoleGrantPermission(rpc.AuthRoleGrantPermissionRequest(name="reading", perm=permission))
    auth.AuthEnable(rpc.AuthEnableRequest())
    try:
        reader = log_in("reader", "readers")
        same(reader.get("secret/a")[0], b"1")
        refused("etcdserver: permission denied", lambda: reader.put("secret/a", "2"))
        refused("etcdserver: permission denied", lambda: reader.get("elsewhere"))
        refused("etcdserver: user name is empty", lambda: etcd.get("secret/a"))
        refused("etcdserver: authentication failed, invalid user ID or password", lambda: log_in("reader", "guessed"))
    finally:
        root = log_in("root", "roots")
        etcd3.etcdrpc.AuthStub(root.channel).AuthDisable(rpc.AuthDisableRequest(), metadata=root.metadata)
    for name, role in (("root", "root"), ("reader", "reading")):
        auth.UserDelete(rpc.AuthUserDeleteRequest(name=name))
        auth.RoleDelete(rpc.AuthRoleDeleteRequest(role=role))
    ok("users may do what their roles say")


def change_of_leader(etcd):
    lock = etcd.lock("held", ttl=60)
    same(lock.acquire(timeout=10), True)
    events, cancel = etcd.watch_prefix("etcd3/load/")
    seen = []
    watching = threading.Thread(target=lambda: seen.extend(iter(lambda: next(events), None)), daemon=True)

    acknowledged = {}
    killed = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), killed.set()), daemon=True).start()
    watching.start()

    number = after = 0
    while after < 50:
        number += 1
        key = f"etcd3/load/{number:06}"
        acknowledged[key] = until(key, lambda: etcd.put(key, str(number))).header.revision
        if number == 50:
            print("kill the leader", flush=True)
        after += killed.is_set()
    values = {m.key.decode(): (v.decode(), m.mod_revision) for v, m in until("get", lambda: list(etcd.get_prefix("etcd3/load/")))}
    same(values, {key: (str(int(key[-6:])), revision) for key, revision in acknowledged.items()})
    ok("everything that was acknowledged is there")

    end = time.monotonic() + PATIENCE
    while not seen or seen[-1].key.decode() != key:
        assert watching.is_alive() and time.monotonic() < end, f"the watch ended at {seen[-1:]}"
        time.sleep(0.01)
    revisions = [e.mod_revision for e in seen]
    same(revisions, sorted(set(revisions)))
    assert set(acknowledged.values()) <= set(revisions)
    ok("the watch has seen each acknowledged write once, in order")

    same(lock.is_acquired(), True)
    same([r.TTL for r in until("refresh", lock.refresh)], [60])
    same(lock.release(), True)
    ok("the lock is held across the change of leader")
    cancel()


def main():
    endpoints = os.environ["ENDPOINTS"].split(",")
    etcd, other = follower(endpoints), connect(endpoints[0])
    keys_and_values(etcd)
    watches(etcd)
    leases(etcd)
    locks(etcd, other)
    maintenance(etcd, endpoints)
    users(etcd, endpoints[0])
    change_of_leader(etcd)


main()
# Threads of the module may still wait for the member that was killed.
sys.stdout.flush()
os._exit(0)
