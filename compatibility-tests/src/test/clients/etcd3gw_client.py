"""Debian's python3-etcd3gw (the module etcd3gw, which speaks JSON over HTTP) against a cluster. Prints "ok: ..." for what it has
checked; fails on the first thing that is not as with etcd. It asks for the kill of the leader by a line, and goes on writing."""

import os
import sys
import threading
import time
from base64 import b64encode

from etcd3gw.client import Etcd3Client
from etcd3gw import exceptions

PATIENCE = 60


def ok(what):
    print("ok: " + what, flush=True)


def same(actual, expected):
    assert actual == expected, f"{actual!r} instead of {expected!r}"


def connect(endpoint):
    host, port = endpoint.rsplit(":", 1)
    # The path that the module would take by itself, /v3alpha, is older than etcd 3.4.
    return Etcd3Client(host=host, port=int(port), timeout=10, api_path="/v3/")


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
        status = client.status()
        if status["leader"] != status["header"]["member_id"]:
            return client
    raise AssertionError("every member leads")


def keys_and_values(etcd):
    same(etcd.put("fruit/apple", "red"), True)
    etcd.put("fruit/banana", "yellow")
    etcd.put("fruit/cherry", "")
    same(etcd.get("fruit/banana"), [b"yellow"])
    same(etcd.get("fruit/cherry"), [b""])
    same(etcd.get("fruit/none"), [])
    etcd.put("fruit/apple", "green")
    [(value, meta)] = etcd.get("fruit/apple", metadata=True)
    same((value, meta["key"], meta["version"]), (b"green", b"fruit/apple", "2"))
    assert int(meta["mod_revision"]) > int(meta["create_revision"])
    same([m["key"] for _, m in etcd.get_prefix("fruit/", sort_order="descend", sort_target="mod")],
         [b"fruit/apple", b"fruit/cherry", b"fruit/banana"])
    assert {b"fruit/apple", b"fruit/banana", b"fruit/cherry"} <= {m["key"] for _, m in etcd.get_all()}
    ok("put and get, ranges, sorted")

    same(etcd.create("fruit/apple", "blue"), False)
    same(etcd.create("fruit/date", "brown"), True)
    same(etcd.replace("fruit/date", "red", "blue"), False)
    same(etcd.replace("fruit/date", "brown", "black"), True)
    same(etcd.get("fruit/date"), [b"black"])
    ok("transactions")

    same(etcd.delete("fruit/none"), False)
    same(etcd.delete("fruit/apple"), True)
    same(etcd.delete_prefix("fruit/"), True)
    same(etcd.get_prefix("fruit/"), [])
    ok("deletions")

    try:
        etcd.get("fruit/apple", revision="1000000000")
        raise AssertionError("a revision to come was read")
    except exceptions.Etcd3Exception as refused:
        assert "etcdserver: mvcc: required revision is a future revision" in refused.detail_text, refused.detail_text
    ok("an error bears etcd's words")


def watches(etcd):
    etcd.put("watched/a", "1")
    first = int(etcd.get("watched/a", metadata=True)[0][1]["mod_revision"])
    etcd.put("watched/b", "2")
    etcd.delete("watched/a")
    events, cancel = etcd.watch_prefix("watched/", start_revision=first)
    seen = [next(events) for _ in range(3)]
    same([(e.get("type", "PUT"), e["kv"]["key"], e["kv"].get("value")) for e in seen],
         [("PUT", b"watched/a", b"1"), ("PUT", b"watched/b", b"2"), ("DELETE", b"watched/a", None)])
    etcd.put("elsewhere", "0")
    etcd.put("watched/c", "3")
    same(next(events)["kv"]["value"], b"3")
    cancel()
    ok("watches, from the past and from now on")


def leases(etcd):
    lease = etcd.lease(60)
    etcd.put("leased", "1", lease=lease)
    same(lease.keys(), [b"leased"])
    assert 0 < lease.ttl() <= 60
    same(lease.refresh(), 60)
    same(lease.revoke(), True)
    same(etcd.get("leased"), [])
    same((lease.ttl(), lease.refresh()), (-1, -1))
    short = etcd.lease(2)
    same(etcd.create("short", "1", lease=short), True)
    end = time.monotonic() + PATIENCE
    while etcd.get("short"):
        assert time.monotonic() < end, "the lease does not run out"
    ok("leases: granted, attached, refreshed, revoked, run out")


def locks(etcd, other):
    mine, theirs = etcd.lock("pantry", ttl=60), other.lock("pantry", ttl=60)
    same((mine.acquire(), theirs.acquire()), (True, False))
    same((mine.is_acquired(), theirs.is_acquired()), (True, False))
    same((theirs.release(), mine.release(), theirs.acquire()), (False, True, True))
    same(theirs.release(), True)
    ok("a lock is had by one at a time")


def maintenance(etcd, endpoints):
    same(etcd.status()["version"], "3.4.23")
    members = etcd.members()
    same({url for m in members for url in m["clientURLs"]}, {"http://" + e for e in endpoints})
    assert etcd.status()["leader"] in {m["ID"] for m in members}
    ok("status and members")


def users(etcd, endpoint):
    # The module knows nothing of users: this asks by its own way of sending, and shows the token in its session's headers.
    def ask(path, **request):
        return etcd.post(etcd.get_url(path), json=request)

    def log_in(user, password):
        client = connect(endpoint)
        answer = client.post(client.get_url("/auth/authenticate"), json={"name": user, "password": password})
        client.session.headers["Authorization"] = answer["token"]
        return client

    def refused(words, call):
        try:
            call()
        except exceptions.Etcd3Exception as refusal:
            assert words in refusal.detail_text, refusal.detail_text
        else:
            raise AssertionError(f"not refused: {words}")

    etcd.put("secret/a", "1")
    for name, role in (("root", "root"), ("reader", "reading")):
        ask("/auth/user/add", name=name, password=name + "s")
        ask("/auth/role/add", name=role)
        ask("/auth/user/grant", user=name, role=role)
    base64 = lambda text: b64encode(text).decode()
    permission = {"permType": "READ", "key": base64(b"secret/"), "range_end": base64(b"secret0")}
    ask("/auth/role/grant", name="reading", perm=permission)
    ask("/auth/enable")
    try:
        reader = log_in("reader", "readers")
        same(reader.get("secret/a"), [b"1"])
        refused("etcdserver: permission denied", lambda: reader.put("secret/a", "2"))
        refused("etcdserver: permission denied", lambda: reader.get("elsewhere"))
        refused("etcdserver: user name is empty", lambda: etcd.get("secret/a"))
        refused("etcdserver: authentication failed, invalid user ID or password", lambda: log_in("reader", "guessed"))
    finally:
        root = log_in("root", "roots")
        root.post(root.get_url("/auth/disable"), json={})
    for name, role in (("root", "root"), ("reader", "reading")):
        ask("/auth/user/delete", name=name)
        ask("/auth/role/delete", role=role)
    ok("users may do what their roles say")


def change_of_leader(etcd):
    lock = etcd.lock("held", ttl=60)
    same(lock.acquire(), True)
    events, cancel = etcd.watch_prefix("etcd3gw/load/")
    seen = []
    threading.Thread(target=lambda: seen.extend(iter(lambda: next(events), None)), daemon=True).start()
    killed = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), killed.set()), daemon=True).start()

    acknowledged = []
    number = after = 0
    while after < 50:
        number += 1
        key = f"etcd3gw/load/{number:06}"
        until(key, lambda: etcd.put(key, str(number)))
        acknowledged.append((key.encode(), str(number).encode()))
        if number == 50:
            print("kill the leader", flush=True)
        after += killed.is_set()
    there = until("get", lambda: etcd.get_prefix("etcd3gw/load/"))
    same([(meta["key"], value) for value, meta in there], acknowledged)
    ok("everything that was acknowledged is there")

    end = time.monotonic() + PATIENCE
    while not seen or seen[-1]["kv"]["key"] != acknowledged[-1][0]:
        assert time.monotonic() < end, f"the watch stands at {seen[-1:]}"
        time.sleep(0.01)
    revisions = [int(e["kv"]["mod_revision"]) for e in seen]
    same(revisions, sorted(set(revisions)))
    assert {int(meta["mod_revision"]) for _, meta in there} <= set(revisions)
    ok("the watch has seen each acknowledged write once, in order")

    same(until("refresh", lock.refresh), 60)
    same((lock.is_acquired(), lock.release()), (True, True))
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
sys.stdout.flush()
os._exit(0)
