package io.quorate.simulator.workload;

import io.quorate.kv.Bytes;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Lease;
import io.quorate.kv.LeaseGrant;
import io.quorate.kv.LeaseKeeper;
import io.quorate.kv.LeaseRevoke;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Put;
import io.quorate.kv.Result;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.ClientNews;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.RunObserver;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.SimulatedProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Clients that hold leases: each has one granted, attaches keys to it, renews it for a while at whoever leads, and then
 * revokes it or lets it run out. Whatever is not answered in time is tried again, at another member.
 */
final class LeaseHolders {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final int KEYS = 6;

    private final Agenda agenda;
    private final Cluster cluster;
    private final RunObserver observer;
    private final List<Holder> holders = new ArrayList<>();
    private boolean stopped;

    LeaseHolders(
            int count,
            Agenda agenda,
            Cluster cluster,
            SplittableRandom random,
            RunObserver observer,
            Perseverance perseverance) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.observer = observer;
        for (int i = 0; i < count; i++) {
            Holder holder = new Holder(i, random.split(), perseverance.ofOne());
            holders.add(holder);
            agenda.after(1 + random.nextLong(2 * SECOND), holder::grant);
        }
    }

    void stop() {
        stopped = true;
    }

    /** Whether nobody waits for an answer, and no lease is left. */
    boolean areDone() {
        return holders.stream().noneMatch(holder -> holder.waiting)
                && leases().filter(List::isEmpty).isPresent();
    }

    private Optional<List<Lease>> leases() {
        return cluster.leader().flatMap(SimulatedMember::store).map(MvccStore::leases);
    }

    /** What is not done yet, in words. */
    String whatIsLeft() {
        long waiting = holders.stream().filter(holder -> holder.waiting).count();
        return "the leader has the leases " + leases().map(List::toString).orElse("of nobody, as nobody leads")
                + ", and " + waiting + " of their holders wait for an answer";
    }

    /** One client with one lease at a time. */
    private final class Holder {
        private final int number;
        private final SplittableRandom random;
        private final Perseverance perseverance;
        private long nextLease;
        private long values;
        private long id;
        private long ttlSeconds;

        /** As granted; empty while that is not known. */
        private Optional<Lease> held = Optional.empty();

        /** Who answered a renewal last: most likely the leader. */
        private Optional<SimulatedMember> friend = Optional.empty();

        private boolean waiting;
        private long request;

        Holder(int number, SplittableRandom random, Perseverance perseverance) {
            this.number = number;
            this.random = random;
            this.perseverance = perseverance;
        }

        /** Begins with a new lease; sometimes under the id of the last one. */
        void grant() {
            if (stopped) {
                return;
            }
            if (id == 0 || random.nextInt(4) > 0) {
                id = 1L + number + 100 * ++nextLease;
            }
            ttlSeconds = 1L + random.nextInt(random.nextInt(4) == 0 ? 8 : 3);
            held = Optional.empty();
            askForGrant();
        }

        private void askForGrant() {
            LeaseGrant grant = new LeaseGrant(id, ttlSeconds);
            ask(
                    anyMember(),
                    member -> propose(member, grant),
                    arrival -> result -> {
                        switch (result) {
                            case Result.LeaseGrantResult granted -> promised(granted.lease(), arrival);
                            // Of an earlier attempt, or not gone yet: a renewal tells.
                            default -> {}
                        }
                        live();
                    },
                    () -> goOn(this::askForGrant));
        }

        private void promised(Lease lease, long arrival) {
            held = Optional.of(lease);
            observer.told(new ClientNews.LeasePromised(lease, arrival));
        }

        /** What to do next with the lease. */
        private void live() {
            if (stopped) {
                return;
            }
            switch (random.nextInt(12)) {
                case 0 -> revoke();
                case 1 -> agenda.after((long) (2 * ttlSeconds * SECOND * random.nextDouble()), this::grant);
                case 2, 3, 4 -> put();
                default -> agenda.after(1 + random.nextLong(ttlSeconds * SECOND / 2), this::keepAlive);
            }
        }

        private void put() {
            Bytes key = Bytes.utf8("leased/" + random.nextInt(KEYS));
            Bytes value = Bytes.utf8("h" + number + "." + ++values);
            ask(new Put(key, value, random.nextInt(6) == 0 ? 0 : id, false, false, false));
        }

        private void ask(Put put) {
            ask(
                    anyMember(),
                    member -> propose(member, put),
                    arrival -> result -> live(),
                    () -> goOn(!stopped && perseverance.asksAgain() ? () -> ask(put) : this::live));
        }

        private void revoke() {
            ask(
                    anyMember(),
                    member -> propose(member, new LeaseRevoke(id)),
                    arrival -> result -> goOn(this::grant),
                    () -> goOn(this::revoke));
        }

        private void keepAlive() {
            if (stopped) {
                return;
            }
            SimulatedMember asked =
                    friend.filter(known -> random.nextInt(20) > 0).orElseGet(this::anyMember);
            ask(
                    asked,
                    member -> member.services().orElseThrow().leases().keepAlive(id),
                    arrival -> answer -> answered(asked, answer, arrival),
                    () -> {
                        friend = Optional.empty();
                        goOn(this::keepAlive);
                    });
        }

        private void answered(SimulatedMember asked, LeaseKeeper.Answer answer, long arrival) {
            switch (answer) {
                case LeaseKeeper.Answer.Kept kept -> {
                    friend = Optional.of(asked);
                    promised(kept.lease(), arrival);
                    live();
                }
                case LeaseKeeper.Answer.Unknown unknown -> {
                    held.ifPresent(lease -> observer.told(new ClientNews.LeaseGone(lease)));
                    goOn(this::grant);
                }
                case LeaseKeeper.Answer.NotLeading elsewhere -> {
                    friend = Optional.empty();
                    goOn(this::keepAlive);
                }
                case LeaseKeeper.Answer.Left left -> throw new IllegalStateException("nobody has asked how long");
            }
        }

        private void goOn(Runnable next) {
            agenda.after(SECOND / 50 + random.nextLong(SECOND / 10), next);
        }

        private SimulatedMember anyMember() {
            return SpecialClients.anyMember(cluster, random);
        }

        private CompletableFuture<Result> propose(SimulatedMember member, Command command) {
            return member.propose(CommandCodec.encode(command));
        }

        /**
         * Asks a member.
         *
         * @param answered what to do with an answer, given when the request arrived at the member
         * @param failed what to do if there is none in time, or an error: it may have been done or not
         */
        private <A> void ask(
                SimulatedMember member,
                Function<SimulatedMember, CompletableFuture<A>> how,
                Function<Long, Consumer<A>> answered,
                Runnable failed) {
            waiting = true;
            long current = ++request;
            agenda.after(way(), () -> arrive(member, how, answered, failed, current));
            agenda.after(SECOND / 2 + random.nextLong(SECOND), () -> end(current, failed));
        }

        private <A> void arrive(
                SimulatedMember member,
                Function<SimulatedMember, CompletableFuture<A>> how,
                Function<Long, Consumer<A>> answered,
                Runnable failed,
                long current) {
            if (member.node().isEmpty()) {
                end(current, failed);
                return;
            }
            SimulatedProcess process = member.process().orElseThrow();
            long arrival = agenda.now();
            CompletableFuture<Void> unused = how.apply(member).handle((answer, failure) -> {
                if (process.isAlive()) {
                    Runnable outcome = failure != null
                            ? failed
                            : () -> answered.apply(arrival).accept(answer);
                    agenda.after(way(), () -> end(current, outcome));
                }
                return null;
            });
        }

        private long way() {
            return 100_000 + random.nextLong(400_000);
        }

        /** Only what ends a request first counts. */
        private void end(long which, Runnable how) {
            if (waiting && which == request) {
                waiting = false;
                how.run();
            }
        }
    }
}
