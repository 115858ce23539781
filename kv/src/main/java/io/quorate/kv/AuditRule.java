package io.quorate.kv;

/**
 * Which access to which keys belongs on record. Immutable.
 *
 * @param access to keys
 * @param key the first of them
 * @param rangeEnd as in {@link Range}
 * @param user whose access is meant; empty: everybody's
 */
public record AuditRule(Permission.Access access, Bytes key, Bytes rangeEnd, String user) {

    /**
     * Whether it speaks of somebody's access to any of these keys.
     *
     * @param wanted reads or writes, not both
     */
    boolean isAbout(String who, Permission.Access wanted, KeyRange keys) {
        return access.allows(wanted)
                && (user.isEmpty() || user.equals(who))
                && KeyRange.of(key, rangeEnd).overlaps(keys);
    }

    /** A range of keys, for people and without their values. */
    public static String keys(Bytes key, Bytes rangeEnd) {
        return switch (KeyRange.of(key, rangeEnd)) {
            case KeyRange.Single single -> single.key().toString();
            case KeyRange.Between between -> between.from() + " to " + between.to();
            case KeyRange.From from -> from.from() + " and all that follows";
        };
    }
}
