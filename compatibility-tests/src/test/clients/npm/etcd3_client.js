// The npm package etcd3 against a cluster. Prints "ok: ..." for what it has checked; fails on the first thing that is not as
// with etcd. It asks for the kill of the leader by a line, and goes on writing.
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const readline = require('node:readline');
const {
  Etcd3, EtcdAuthenticationFailedError, EtcdLeaseInvalidError, EtcdLockFailedError, EtcdPermissionDeniedError, GRPCGenericError, Range,
} = require('etcd3');

const PATIENCE_MS = 60_000;
const ENDPOINTS = process.env.ENDPOINTS.split(',');

const ok = (what) => console.log(`ok: ${what}`);

const connect = (auth) => new Etcd3({ hosts: ENDPOINTS.map((endpoint) => `http://${endpoint}`), auth });

/** Tries until the call is answered: a write that failed may or may not have been done, and is done again. */
async function until(call) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await call();
    } catch (failure) {
      if (!(failure instanceof GRPCGenericError) || Date.now() > end) throw failure;
    }
  }
}

async function keysAndValues(etcd) {
  await etcd.put('fruit/apple').value('red');
  await etcd.put('fruit/banana').value('yellow');
  await etcd.put('fruit/cherry').value('red');
  assert.equal(await etcd.get('fruit/banana').string(), 'yellow');
  assert.equal(await etcd.get('fruit/none').string(), null);
  assert.equal(await etcd.get('fruit/none').exists(), false);
  const previous = await etcd.put('fruit/apple').value('green').getPrevious();
  assert.equal(previous.value.toString(), 'red');
  const { kvs: [apple], header } = await etcd.get('fruit/apple').exec();
  assert.deepEqual([apple.version, apple.mod_revision], ['2', header.revision]);
  ok('put and get, with revisions and the previous pair');

  assert.deepEqual(await etcd.getAll().prefix('fruit/').strings(),
    { 'fruit/apple': 'green', 'fruit/banana': 'yellow', 'fruit/cherry': 'red' });
  assert.deepEqual(await etcd.getAll().prefix('fruit/').sort('Value', 'Descend').limit(2).keys(), ['fruit/banana', 'fruit/cherry']);
  assert.deepEqual(await etcd.getAll().inRange({ start: 'fruit/b', end: 'fruit/c' }).keys(), ['fruit/banana']);
  assert.equal(await etcd.getAll().prefix('fruit/').count(), 3);
  assert.equal(await etcd.get('fruit/apple').serializable(true).string(), 'green');
  assert.equal(await etcd.namespace('fruit/').get('banana').string(), 'yellow');
  ok('ranges, sorted, limited, counted, in a name space, serializable');

  const won = await etcd.if('fruit/apple', 'Value', '==', 'green').and('fruit/none', 'Create', '==', 0)
    .then(etcd.put('fruit/date').value('brown'), etcd.get('fruit/date')).else(etcd.get('fruit/apple')).commit();
  assert.equal(won.succeeded, true);
  assert.equal(won.responses[1].response_range.kvs[0].value.toString(), 'brown');
  const lost = await etcd.if('fruit/apple', 'Version', '>', 2).then(etcd.delete().key('fruit/apple'))
    .else(etcd.get('fruit/apple')).commit();
  assert.equal(lost.succeeded, false);
  assert.equal(lost.responses[0].response_range.kvs[0].value.toString(), 'green');
  await etcd.put('counter').value(0);
  await Promise.all(Array.from({ length: 5 }, () => etcd.stm({ retries: 100 }).transact(async (tx) =>
    tx.put('counter').value((await tx.get('counter').number()) + 1))));
  assert.equal(await etcd.get('counter').number(), 5);
  ok('transactions, and its software transactional memory');

  assert.equal((await etcd.delete().key('fruit/none').exec()).deleted, '0');
  assert.equal((await etcd.delete().key('fruit/apple').getPrevious())[0].value.toString(), 'green');
  assert.equal((await etcd.delete().prefix('fruit/').exec()).deleted, '3');
  assert.deepEqual(await etcd.getAll().prefix('fruit/').keys(), []);
  ok('deletions');
}

/** Starts a watch; its events gather in a list. With create() some of them could be told before its caller listens. */
async function started(builder) {
  const [watcher, events] = [builder.watcher(), []];
  watcher.on('data', (response) => events.push(...response.events));
  await once(watcher, 'connected');
  return [watcher, events];
}

async function atLeast(events, count) {
  const end = Date.now() + PATIENCE_MS;
  while (events.length < count) {
    assert(Date.now() < end, `${events.length} events instead of ${count}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function watches(etcd) {
  const first = (await etcd.put('watched/a').value('1')).header.revision;
  await etcd.put('watched/b').value('2');
  await etcd.delete().key('watched/a');
  const [watcher, events] = await started(etcd.watch().prefix('watched/').startRevision(first).withPreviousKV());
  const [single, ofOne] = await started(etcd.watch().key('watched/c').only('put'));
  await etcd.put('elsewhere').value('0');
  await etcd.put('watched/c').value('3');
  await etcd.delete().key('watched/c');
  await etcd.put('watched/c').value('4');
  await atLeast(events, 6);
  await atLeast(ofOne, 2);
  assert.deepEqual(events.map((e) => [e.type, e.kv.key.toString(), e.kv.value.toString()]), [
    ['Put', 'watched/a', '1'], ['Put', 'watched/b', '2'], ['Delete', 'watched/a', ''],
    ['Put', 'watched/c', '3'], ['Delete', 'watched/c', ''], ['Put', 'watched/c', '4']]);
  assert.equal(events[2].prev_kv.value.toString(), '1');
  assert.deepEqual(ofOne.map((e) => e.kv.value.toString()), ['3', '4']);
  await Promise.all([watcher.cancel(), single.cancel()]);
  ok('watches, several on one stream, from the past and from now on, filtered, cancelled');

  await etcd.kv.compact({ revision: Number(first) + 2, physical: true });
  const [refused] = await once(etcd.watch().prefix('watched/').startRevision(first).watcher(), 'error');
  assert.match(refused.message, /^Watcher canceled: /);
  ok('compaction, and the watch that asks for what it has taken');
}

async function leases(etcd) {
  const lease = etcd.lease(60);
  await lease.put('leased').value('1');
  const id = await lease.grant();
  const { kvs: [leased] } = await etcd.get('leased').exec();
  assert.equal(leased.lease, id);
  const told = await etcd.leaseClient.leaseTimeToLive({ ID: id, keys: true });
  assert.deepEqual([told.grantedTTL, told.keys.map(String)], ['60', ['leased']]);
  assert.equal((await lease.keepaliveOnce()).TTL, '60');
  await lease.revoke();
  assert.equal(await etcd.get('leased').exists(), false);
  const short = etcd.lease(2, { autoKeepAlive: false });
  const [watcher, events] = await started(etcd.watch().key('short'));
  await short.put('short').value('1');
  await atLeast(events, 2);
  assert.deepEqual(events.map((e) => e.type), ['Put', 'Delete']);
  await watcher.cancel();
  await assert.rejects(short.keepaliveOnce(), EtcdLeaseInvalidError);
  ok('leases: granted, attached, kept alive, revoked, run out');
}

async function locksAndElections(etcd, other) {
  const mine = await etcd.lock('pantry').ttl(60).acquire();
  await assert.rejects(other.lock('pantry').acquire(), EtcdLockFailedError);
  await mine.release();
  await (await other.lock('pantry').acquire()).release();
  ok('a lock is had by one at a time');

  const first = etcd.election('throne', 60).campaign('first');
  await first.wait();
  const second = other.election('throne', 60).campaign('second');
  const observer = await other.election('throne', 60).observe();
  assert.equal(await etcd.election('throne').leader(), 'first');
  await first.proclaim('the first');
  while (observer.leader() !== 'the first') await once(observer, 'change');
  await Promise.all([first.resign(), second.wait()]);
  while (observer.leader() !== 'second') await once(observer, 'change');
  await observer.cancel();
  await second.resign();
  ok('an election, proclaimed, observed, resigned');
}

async function maintenance(etcd) {
  const status = await etcd.maintenance.status();
  assert.equal(status.version, '3.4.23');
  assert(Number(status.dbSize) > 0);
  const { members } = await etcd.cluster.memberList({});
  assert.deepEqual(members.flatMap((m) => m.clientURLs).sort(), ENDPOINTS.map((e) => `http://${e}`).sort());
  assert(members.some((m) => m.ID === status.leader));
  assert.deepEqual((await etcd.maintenance.alarm({ action: 'Get' })).alarms, []);
  ok('status, members, alarms');
}

async function users(etcd) {
  await etcd.put('secret/a').value('1');
  const root = await etcd.user('root').create('roots');
  await root.addRole(await etcd.role('root').create());
  const reader = await etcd.user('reader').create('readers');
  const reading = await etcd.role('reading').create();
  await reading.grant({ permission: 'Read', range: Range.prefix('secret/') });
  await reader.addRole(reading);
  await etcd.auth.authEnable();
  const [asRoot, asReader, guessing] = [['root', 'roots'], ['reader', 'readers'], ['reader', 'guessed']]
    .map(([username, password]) => connect({ username, password }));
  try {
    assert.equal(await asReader.get('secret/a').string(), '1');
    await assert.rejects(asReader.put('secret/a').value('2').exec(), EtcdPermissionDeniedError);
    await assert.rejects(asReader.get('elsewhere').string(), EtcdPermissionDeniedError);
    await assert.rejects(etcd.get('secret/a').string(), /etcdserver: user name is empty/);
    await assert.rejects(guessing.get('secret/a').string(), EtcdAuthenticationFailedError);
  } finally {
    await asRoot.auth.authDisable();
  }
  for (const one of [root, reader, etcd.role('root'), reading]) await one.delete();
  for (const client of [asRoot, asReader, guessing]) client.close();
  ok('users may do what their roles say');
}

async function changeOfLeader(etcd) {
  const lock = await etcd.lock('held').ttl(60).acquire();
  const lease = etcd.lease(5);
  let lost;
  lease.on('lost', (failure) => { lost = failure; });
  await lease.put('alive').value('yes');
  const [watcher, events] = await started(etcd.watch().prefix('node/load/'));
  let killed = false;
  readline.createInterface({ input: process.stdin }).once('line', () => { killed = true; });

  const acknowledged = new Map();
  for (let number = 1, after = 0; after < 50; number++) {
    const key = `node/load/${String(number).padStart(6, '0')}`;
    acknowledged.set(key, (await until(() => etcd.put(key).value(number).exec())).header.revision);
    if (number === 50) console.log('kill the leader');
    if (killed) after++;
  }
  const { kvs } = await until(() => etcd.getAll().prefix('node/load/').exec());
  assert.deepEqual(new Map(kvs.map((kv) => [kv.key.toString(), kv.mod_revision])), acknowledged);
  assert(kvs.every((kv) => Number(kv.key.toString().slice(-6)) === Number(kv.value)));
  ok('everything that was acknowledged is there');

  const last = [...acknowledged.values()].at(-1);
  const end = Date.now() + PATIENCE_MS;
  while (events.at(-1)?.kv.mod_revision !== last) {
    assert(Date.now() < end, `the watch stands at ${events.at(-1)?.kv.mod_revision} and not at ${last}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const revisions = events.map((e) => Number(e.kv.mod_revision));
  assert.deepEqual(revisions, [...new Set(revisions)].sort((a, b) => a - b));
  for (const revision of acknowledged.values()) assert(revisions.includes(Number(revision)));
  ok('the watch has seen each acknowledged write once, in order');

  assert.equal((await until(() => lease.keepaliveOnce())).TTL, '5');
  assert.equal(await until(() => etcd.get('alive').string()), 'yes');
  assert.equal(lost, undefined);
  ok('the lease is kept alive across the change of leader');
  await assert.rejects(until(() => etcd.lock('held').acquire()), EtcdLockFailedError);
  await until(() => lock.release());
  ok('the lock is held across the change of leader');
  await watcher.cancel();
}

async function main() {
  const [etcd, other] = [connect(), connect()];
  await keysAndValues(etcd);
  await watches(etcd);
  await leases(etcd);
  await locksAndElections(etcd, other);
  await maintenance(etcd);
  await users(etcd);
  await changeOfLeader(etcd);
}

main().then(() => process.exit(0), (failure) => {
  console.log(failure);
  process.exit(1);
});
