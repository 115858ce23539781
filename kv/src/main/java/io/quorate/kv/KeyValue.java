package io.quorate.kv;

/**
 * A key with its value and history at one revision (etcd's {@code mvccpb.KeyValue}).
 *
 * @param createRevision the revision of the put that created the key, after its last deletion if there was one
 * @param modRevision the revision of the last put
 * @param version how many puts there were since the creation, 1 for the creation itself
 * @param lease the lease that the key is attached to; 0: none
 */
public record KeyValue(Bytes key, long createRevision, long modRevision, long version, Bytes value, long lease) {

    KeyValue withoutValue() {
        return new KeyValue(key, createRevision, modRevision, version, Bytes.empty(), lease);
    }

    /** Says nothing of the value: whatever is logged or thrown may show this. */
    @Override
    public String toString() {
        return "KeyValue[" + key + ", created " + createRevision + ", modified " + modRevision + ", version " + version
                + ", " + value.sizeOnly() + (lease == 0 ? "" : ", lease " + lease) + "]";
    }
}
