package io.quorate.kv;

/**
 * One thing that the state consists of, in the form in which it is hashed. To have another kind of thing covered by the
 * digest, give it a kind here, and add and remove it in {@link DigestChanges} whenever it changes.
 *
 * @param kind what it is; numbers are never used again for anything else
 * @param key by which it is found; chooses the bucket
 * @param first to {@code fourth}: the numbers that belong to it, 0 if it has fewer
 * @param content everything else
 */
record Element(byte kind, Bytes key, long first, long second, long third, long fourth, Bytes content) {
    private static final byte PAIR = 1;
    private static final byte NUMBERS = 2;
    private static final byte ALARM = 3;
    private static final byte MEMBER = 4;
    private static final byte LEASE = 5;
    private static final byte ATTACHMENT = 6;
    private static final byte LEASE_FENCE = 7;
    private static final byte USER = 8;
    private static final byte ROLE = 9;
    private static final byte AUTH = 10;
    private static final byte OPERATION = 11;
    private static final byte AUDIT = 20;

    /** Says nothing of the content. */
    @Override
    public String toString() {
        return "Element[" + kind + ", " + key + ", " + content.sizeOnly() + "]";
    }

    static Element pair(KeyValue kv) {
        return new Element(PAIR, kv.key(), kv.createRevision(), kv.modRevision(), kv.version(), kv.lease(), kv.value());
    }

    /** The numbers about the store as a whole. */
    static Element numbers(long revision, long compactedRevision) {
        return new Element(NUMBERS, Bytes.empty(), revision, compactedRevision, 0, 0, Bytes.empty());
    }

    static Element alarm(Alarm alarm) {
        return new Element(ALARM, Bytes.empty(), alarm.memberId(), alarm.type().number(), 0, 0, Bytes.empty());
    }

    static Element lease(Lease lease) {
        return new Element(
                LEASE,
                Bytes.wrap(StoreKeys.number(lease.id())),
                lease.ttlSeconds(),
                lease.remainingSeconds(),
                lease.grantIndex(),
                0,
                Bytes.empty());
    }

    /** That a key is attached to a lease. */
    static Element attachment(Bytes key, long lease) {
        return new Element(ATTACHMENT, key, lease, 0, 0, 0, Bytes.empty());
    }

    static Element fence(LeaseFence fence) {
        return new Element(LEASE_FENCE, Bytes.empty(), fence.term(), fence.sequence(), 0, 0, Bytes.empty());
    }

    static Element user(User user) {
        return new Element(USER, Bytes.utf8(user.name()), 0, 0, 0, 0, Bytes.wrap(AuthCodec.encode(user)));
    }

    static Element role(Role role) {
        return new Element(ROLE, Bytes.utf8(role.name()), 0, 0, 0, 0, Bytes.wrap(AuthCodec.encode(role)));
    }

    /** Whether authentication is enabled, and the revision of users and roles. */
    static Element auth(AuthState auth) {
        return new Element(AUTH, Bytes.empty(), auth.isEnabled() ? 1 : 0, auth.revision(), 0, 0, Bytes.empty());
    }

    static Element operation(ManagedOperation operation) {
        return new Element(
                OPERATION, Bytes.empty(), operation.id(), 0, 0, 0, Bytes.wrap(ManagedOperationCodec.encode(operation)));
    }

    /** The head of the chain, and what is kept of it. */
    static Element audit(AuditLog log) {
        return new Element(AUDIT, Bytes.empty(), log.last(), log.first(), 0, 0, Bytes.wrap(AuditCodec.encode(log)));
    }

    static Element member(PublishMember member) {
        ByteWriter encoded = new ByteWriter(128);
        MemberCodec.write(encoded, member);
        return new Element(MEMBER, Bytes.empty(), member.memberId(), 0, 0, 0, Bytes.wrap(encoded.toByteArray()));
    }
}
