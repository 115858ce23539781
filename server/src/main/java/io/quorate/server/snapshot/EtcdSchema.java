package io.quorate.server.snapshot;

import java.nio.charset.StandardCharsets;

/** The buckets of etcd's database, and the keys in them that have a name. */
final class EtcdSchema {
    /** Marshalled {@code AlarmMember}s, without values. */
    static final byte[] ALARM = name("alarm");

    static final byte[] AUTH = name("auth");

    /** {@code authpb.Role} by name. */
    static final byte[] AUTH_ROLES = name("authRoles");

    /** {@code authpb.User} by name. */
    static final byte[] AUTH_USERS = name("authUsers");

    static final byte[] CLUSTER = name("cluster");

    /** {@code mvccpb.KeyValue} by {@link RevisionKey}. */
    static final byte[] KEY = name("key");

    /** {@code leasepb.Lease} by id, big endian. */
    static final byte[] LEASE = name("lease");

    static final byte[] MEMBERS = name("members");
    static final byte[] MEMBERS_REMOVED = name("members_removed");
    static final byte[] META = name("meta");

    static final byte[] AUTH_ENABLED = name("authEnabled");
    static final byte[] AUTH_REVISION = name("authRevision");

    static final byte[] CONF_STATE = name("confState");
    static final byte[] CONSISTENT_INDEX = name("consistent_index");
    static final byte[] FINISHED_COMPACTION = name("finishedCompactRev");
    static final byte[] SCHEDULED_COMPACTION = name("scheduledCompactRev");

    /** Since etcd 3.6; before that, there is none. */
    static final byte[] STORAGE_VERSION = name("storageVersion");

    static final byte[] TERM = name("term");

    private EtcdSchema() {}

    private static byte[] name(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
