package io.quorate.simulator.network;

import io.quorate.engine.transport.StorageIds;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.network.SimulatedNetwork.Endpoint;
import java.util.concurrent.CompletableFuture;

/**
 * What two members find out about each other before the first frame of a connection, as the production transport does: whether the
 * one was removed, and whether each has the storage with which the other remembers it (docs/decisions/014). What is remembered is
 * the production code's, on the members' disks.
 */
final class Handshake {

    /** Whoever was refused tries again after this time. */
    private static final long REST_NANOS = 100_000_000;

    private enum State {
        UNDER_WAY,
        ACCEPTED,
        REFUSED
    }

    private final Agenda agenda;
    private final Endpoint dialing;
    private final Endpoint listening;
    private final int connection;
    private State state = State.UNDER_WAY;
    private long restsUntil;

    private Handshake(Agenda agenda, Endpoint dialing, Endpoint listening, int connection) {
        this.agenda = agenda;
        this.dialing = dialing;
        this.listening = listening;
        this.connection = connection;
    }

    /** The dialing one says hello. */
    static Handshake begin(Agenda agenda, Endpoint dialing, Endpoint listening, int connection) {
        Handshake handshake = new Handshake(agenda, dialing, listening, connection);
        agenda.after(SimulatedNetwork.LEAST_DELAY_NANOS, handshake::helloArrives);
        return handshake;
    }

    boolean isAccepted() {
        return state == State.ACCEPTED;
    }

    /** Whether it is that of a connection between two lives, and no other is due. */
    boolean isOf(Endpoint one, Endpoint other, int itsConnection) {
        return dialing == one
                && listening == other
                && connection == itsConnection
                && (state != State.REFUSED || agenda.now() < restsUntil);
    }

    private void refuse() {
        state = State.REFUSED;
        restsUntil = agenda.now() + REST_NANOS;
    }

    private void helloArrives() {
        if (!dialing.isAlive() || !listening.isAlive()) {
            refuse();
            return;
        }
        StorageIds here = listening.storages();
        StorageIds there = dialing.storages();
        long expected = there.of(listening.self());
        if (listening.hasRemoved(dialing.self())) {
            dialing.listener().removed(listening.self());
            refuse();
        } else if (expected != StorageIds.UNKNOWN && expected != here.own()) {
            listening.listener().disowned(dialing.self());
            refuse();
        } else if (here.judge(dialing.self(), there.own()) == StorageIds.Standing.OTHER) {
            dialing.listener().disowned(listening.self());
            refuse();
        } else if (!here.isAdmitted() || !there.isAdmitted()) {
            refuse();
        } else {
            remember(listening, dialing, () -> agenda.after(SimulatedNetwork.LEAST_DELAY_NANOS, this::answerArrives));
        }
    }

    private void answerArrives() {
        if (!dialing.isAlive() || !listening.isAlive()) {
            refuse();
        } else {
            remember(dialing, listening, () -> state = State.ACCEPTED);
        }
    }

    /** Nothing is heard of a member before it is known for good by which storage it is known again. */
    private void remember(Endpoint who, Endpoint whom, Runnable then) {
        long storage = whom.storages().own();
        switch (who.storages().judge(whom.self(), storage)) {
            case SAME -> then.run();
            case NEW -> {
                CompletableFuture<Void> unused = who.storages()
                        .remember(whom.self(), storage)
                        .handle((nothing, failure) -> {
                            agenda.at(agenda.now(), failure == null ? then : this::refuse);
                            return null;
                        });
            }
            case OTHER -> refuse();
        }
    }
}
