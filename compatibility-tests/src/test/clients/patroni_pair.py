"""Two PostgreSQL servers whose primary Patroni elects through a cluster of etcd's kind (its section etcd3, which uses the JSON
gateway). The kill of the cluster's leader, which this asks for by a line, changes nothing; that of the primary makes the other
one the primary. Prints "ok: ..." for what it has seen; fails on the first thing that is not so."""

import ctypes
import glob
import http.client
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import psycopg2

PATIENCE = 90
# Patroni takes no shorter one. The primary lets go by itself when it could not renew it for the time to retry.
TTL, LOOP_WAIT, RETRY_TIMEOUT = 20, 1, 9
PR_SET_CHILD_SUBREAPER = 36


def ok(what):
    print("ok: " + what, flush=True)


def until(what, condition):
    end = time.monotonic() + PATIENCE
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < end, f"not within {PATIENCE} s: {what}"
        time.sleep(0.1)


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def get(port, path):
    """What Patroni tells of itself, or nothing while it does not answer."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return {}


class Node:
    """One PostgreSQL server and the Patroni that looks after it. PostgreSQL refuses to run as root."""

    def __init__(self, name, folder, endpoints):
        self.name, self.folder = name, folder
        self.port, self.api = free_ports(2)
        self.data = os.path.join(folder, name)
        self.config = os.path.join(folder, name + ".yml")
        self.log = os.path.join(folder, name + ".log")
        # The newest, if several are installed.
        binaries = sorted(glob.glob(os.environ.get("QUORATE_POSTGRESQL", "/usr/lib/postgresql/*/bin")))[-1]
        with open(self.config, "w") as file:
            # JSON is YAML.
            json.dump({
                "scope": "pair", "name": name,
                "restapi": {"listen": f"127.0.0.1:{self.api}", "connect_address": f"127.0.0.1:{self.api}"},
                "etcd3": {"hosts": endpoints},
                "bootstrap": {
                    "dcs": {"ttl": TTL, "loop_wait": LOOP_WAIT, "retry_timeout": RETRY_TIMEOUT},
                    "initdb": [{"encoding": "UTF8"}, {"auth": "trust"}],
                    "pg_hba": ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
                },
                "postgresql": {
                    "listen": f"127.0.0.1:{self.port}", "connect_address": f"127.0.0.1:{self.port}",
                    "data_dir": self.data, "bin_dir": binaries, "pgpass": os.path.join(folder, name + ".pgpass"),
                    "authentication": {"superuser": {"username": "postgres"}, "replication": {"username": "replicator"}},
                    "parameters": {"unix_socket_directories": folder, "shared_buffers": "16MB", "max_connections": 20},
                },
            }, file)

    def start(self):
        command = [shutil.which("patroni"), self.config]
        if os.getuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] + command
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT)

    def kill(self):
        """As if its machine were switched off: Patroni first, since it would start PostgreSQL again."""
        self.process.kill()
        self.process.wait()
        try:
            with open(os.path.join(self.data, "postmaster.pid")) as file:
                postmaster = int(file.readline())
        except (OSError, ValueError):
            return
        # Its children end when it is gone.
        try:
            os.kill(postmaster, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def status(self):
        return get(self.api, "/patroni")

    def connect(self):
        connection = psycopg2.connect(host="127.0.0.1", port=self.port, user="postgres", dbname="postgres", connect_timeout=5)
        connection.autocommit = True
        return connection

    def query(self, sql):
        """The first column of the first row; nothing if the server does not answer."""
        try:
            connection = self.connect()
            try:
                cursor = connection.cursor()
                cursor.execute(sql)
                return cursor.fetchone()[0]
            finally:
                connection.close()
        except psycopg2.Error:
            return None

    def is_primary(self):
        return self.query("SELECT pg_is_in_recovery()") is False


class Writer:
    """Writes one row after the other over one connection to the primary, which a failover would end."""

    def __init__(self, node):
        self.cursor = node.connect().cursor()
        self.count, self.failure, self.stopping = 0, None, threading.Event()
        self.thread = threading.Thread(target=self.write, daemon=True)
        self.thread.start()

    def write(self):
        while not self.stopping.wait(0.05):
            try:
                self.cursor.execute("INSERT INTO written VALUES (%s)", (self.count + 1,))
                self.count += 1
            except psycopg2.Error as failure:
                self.failure = failure
                return

    def stop(self):
        self.stopping.set()
        self.thread.join()
        assert self.failure is None, f"the primary took no more writes: {self.failure}"
        return self.count


def members(nodes):
    """The role and the state of each member, as the cluster that Patroni uses has it."""
    told = next(filter(None, (get(node.api, "/cluster") for node in nodes)), {})
    return {m["name"]: (m["role"], m["state"]) for m in told.get("members", [])}


def roles(nodes):
    told = members(nodes)
    return sorted(role for role, _ in told.values()) == ["leader", "replica"] and \
        all(state in ("running", "streaming") for _, state in told.values())


def the_cluster_loses_its_leader(primary, nodes):
    killed = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), killed.set()), daemon=True).start()
    timeline = primary.status()["timeline"]
    print("kill the leader", flush=True)
    until("that the leader is killed", killed.is_set)
    # The lease that the primary had at the kill has run out by now, unless it was renewed at the new leader.
    lasts = time.monotonic() + TTL + LOOP_WAIT
    until("that the primary's lease has run out or was renewed", lambda: time.monotonic() > lasts)
    assert primary.is_primary() and primary.status()["role"] == "master", primary.status()
    assert primary.status()["timeline"] == timeline, primary.status()
    assert roles(nodes), members(nodes)
    assert all(get(node.api, "/history") == [] for node in nodes)


def run(folder, nodes):
    for node in nodes:
        node.start()
    until("that one is the primary and the other follows", lambda: roles(nodes))
    primary = next(node for node in nodes if members(nodes)[node.name][0] == "leader")
    other = next(node for node in nodes if node is not primary)
    assert primary.is_primary() and not other.is_primary()
    ok("one of two is elected as the primary, the other follows it")

    primary.connect().cursor().execute("CREATE TABLE written (number int PRIMARY KEY)")
    writer = Writer(primary)
    the_cluster_loses_its_leader(primary, nodes)
    written = writer.stop()
    until("that the other has every row", lambda: other.query("SELECT count(*) FROM written") == written)
    ok("the kill of the cluster's leader is survived without a failover")

    primary.kill()
    until("that the other is the primary", lambda: other.is_primary() and other.status().get("role") == "master")
    assert other.query("SELECT count(*) FROM written") == written
    other.connect().cursor().execute("INSERT INTO written VALUES (-1)")
    assert other.status()["timeline"] == 2, other.status()
    until("that the cluster knows its primary", lambda: members([other]).get(other.name, ("",))[0] == "leader")
    ok("the kill of the primary makes the other one the primary, with every row")


def main():
    # PostgreSQL leaves its parent: so that whoever ends this finds it among its descendants.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    folder = tempfile.mkdtemp(prefix="patroni-")
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    nodes = [Node(name, folder, os.environ["ENDPOINTS"].split(",")) for name in ("pg1", "pg2")]
    try:
        run(folder, nodes)
    except BaseException:
        for node in nodes:
            print(f"== {node.name}")
            if os.path.exists(node.log):
                print(open(node.log).read())
        raise
    finally:
        for node in nodes:
            if hasattr(node, "process"):
                node.kill()
        shutil.rmtree(folder, ignore_errors=True)


main()
sys.stdout.flush()
os._exit(0)
