package io.quorate.bench.load;

import java.util.List;

/** What the clients ask for. */
public enum Workload {
    PUT("put", false, "Puts: each writes a key that is drawn evenly."),
    GET("get", true, "Linearizable gets: each reads a key that is drawn evenly, and is as new as a quorum knows."),
    SGET("sget", true, "Serializable gets: each reads a key that is drawn evenly, from what the asked member has."),
    MIXED("mixed", true, "Linearizable reads and updates of keys, some of which are much more popular than others."),
    TXN("txn", true, "Transactions: each puts a key if it is there, and reads another one."),
    WATCH("watch", false, "Puts, and watchers that are told of all of them."),
    LEASE("lease", false, "Leases: each client grants one, keeps it alive and revokes it, in turn.");

    private final String text;
    private final boolean reading;
    private final String description;

    Workload(String text, boolean reading, String description) {
        this.text = text;
        this.reading = reading;
        this.description = description;
    }

    /** As it is written on the command line. */
    public String text() {
        return text;
    }

    /** One sentence. */
    public String description() {
        return description;
    }

    /** Whether its keys are to be there when it begins. */
    public boolean isReading() {
        return reading;
    }

    /** What its latencies are of, in the order in which they are told. */
    List<RequestKind> kinds() {
        return switch (this) {
            case PUT -> List.of(RequestKind.PUT);
            case GET -> List.of(RequestKind.GET);
            case SGET -> List.of(RequestKind.SERIALIZABLE_GET);
            case MIXED -> List.of(RequestKind.READ, RequestKind.UPDATE);
            case TXN -> List.of(RequestKind.TXN);
            case WATCH -> List.of(RequestKind.PUT, RequestKind.EVENT_SINCE_SEND, RequestKind.EVENT_SINCE_ACK);
            case LEASE -> List.of(RequestKind.LEASE_GRANT, RequestKind.LEASE_KEEP_ALIVE, RequestKind.LEASE_REVOKE);
        };
    }
}
