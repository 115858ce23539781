package io.quorate.kv;

/**
 * Writes one key (etcd's {@code PutRequest}).
 *
 * @param lease the lease that the key is attached to; 0: none
 * @param prevKv whether the answer carries the pair as it was before
 * @param ignoreValue whether the key keeps its value; it must exist then, and {@code value} be empty
 * @param ignoreLease whether the key keeps its lease; it must exist then, and {@code lease} be 0
 */
public record Put(Bytes key, Bytes value, long lease, boolean prevKv, boolean ignoreValue, boolean ignoreLease)
        implements Operation, Command {

    /** Writes a value with no lease and no option. */
    public static Put of(Bytes key, Bytes value) {
        return new Put(key, value, 0, false, false, false);
    }

    /** Says nothing of the value: whatever is logged or thrown may show this. */
    @Override
    public String toString() {
        return "Put[" + key + ", " + value.sizeOnly() + (lease == 0 ? "" : ", lease " + lease)
                + (prevKv ? ", prevKv" : "") + (ignoreValue ? ", ignoreValue" : "")
                + (ignoreLease ? ", ignoreLease" : "") + "]";
    }
}
