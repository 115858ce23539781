package io.quorate.cli.soak;

import static io.quorate.cli.soak.Access.bytes;

import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.proto.mvccpb.Event;

/**
 * A client that watches what the honest ones write, goes on after the last revision whenever its stream ends, and checks that it is
 * told every number that was acknowledged once, in order. Only one writer at a time writes, so it is known of a number whether it was
 * acknowledged once a later one is there. Thread-safe.
 */
final class HonestWatch {

    private final Access access;
    private final Ledger ledger;
    private final HonestClients clients;
    private final int member;
    private boolean open;
    private boolean stopped;
    private long lastRevision;
    private long lastNumber;

    HonestWatch(Access access, Ledger ledger, HonestClients clients, int member) {
        this.access = access;
        this.ledger = ledger;
        this.clients = clients;
        this.member = member;
    }

    /** Begins to watch, unless it does. */
    synchronized void ensureOpen() {
        if (open || stopped) {
            return;
        }
        open = true;
        WatchGrpc.newStub(access.channel(member))
                .watch(new Receiver())
                .onNext(WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder()
                                .setKey(bytes("honest/"))
                                .setRangeEnd(bytes("honest0"))
                                .setStartRevision(lastRevision == 0 ? 1 : lastRevision + 1))
                        .build());
    }

    private synchronized void told(WatchResponse response) {
        if (response.getCanceled()) {
            open = false;
            if (response.getCompactRevision() > 0) {
                // It was away for longer than history is kept, which a client has to be ready for.
                ledger.pass("honest watch");
                lastRevision = response.getCompactRevision() - 1;
                lastNumber = 0;
            } else if (Ledger.isPassing(response.getCancelReason())) {
                ledger.pass("honest watch");
            } else {
                ledger.complain("an honest watch was cancelled: " + response.getCancelReason());
            }
            return;
        }
        response.getEventsList().forEach(this::told);
    }

    private void told(Event event) {
        long revision = event.getKv().getModRevision();
        long number = Long.parseLong(event.getKv().getValue().toStringUtf8().replace("x", ""));
        if (revision <= lastRevision || number <= lastNumber) {
            ledger.complain("member %d told a watch revision %d (number %d) after %d (number %d)"
                    .formatted(member, revision, number, lastRevision, lastNumber));
        }
        if (lastNumber > 0 && clients.hasAcknowledgedAny(lastNumber + 1, number)) {
            ledger.complain("member %d left out what was acknowledged between the numbers %d and %d"
                    .formatted(member, lastNumber, number));
        }
        lastRevision = revision;
        lastNumber = number;
        ledger.count("event told to an honest watch", 1);
    }

    private synchronized void ended() {
        open = false;
    }

    synchronized void stop() {
        stopped = true;
    }

    /** The revision of the last event that it was told. */
    synchronized long lastRevision() {
        return lastRevision;
    }

    private final class Receiver implements StreamObserver<WatchResponse> {

        @Override
        public void onNext(WatchResponse response) {
            told(response);
        }

        @Override
        public void onError(Throwable failure) {
            ended();
        }

        @Override
        public void onCompleted() {
            ended();
        }
    }
}
