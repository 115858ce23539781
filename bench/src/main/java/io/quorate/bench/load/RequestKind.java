package io.quorate.bench.load;

/** What a latency is measured of. */
public enum RequestKind {
    PUT("put", false),
    GET("get", false),
    SERIALIZABLE_GET("serializable get", false),
    READ("read", false),
    UPDATE("update", false),
    TXN("txn", false),
    LEASE_GRANT("grant", false),
    LEASE_KEEP_ALIVE("keep alive", false),
    LEASE_REVOKE("revoke", false),

    /** From the moment at which the put was sent: commit to event took no longer. */
    EVENT_SINCE_SEND("event since send", true),

    /** From the moment at which the put's answer came, 0 if the event came first: commit to event took no less. */
    EVENT_SINCE_ACK("event since ack", true);

    private final String text;
    private final boolean event;

    RequestKind(String text, boolean event) {
        this.text = text;
        this.event = event;
    }

    /** As people and programs read it. */
    public String text() {
        return text;
    }

    /** Whether it was delivered to a watcher, and no client asked for it. */
    public boolean isEvent() {
        return event;
    }
}
