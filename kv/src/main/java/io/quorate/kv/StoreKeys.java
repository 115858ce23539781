package io.quorate.kv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of the ordered store: one byte that says what they lead to, then the rest in an order of its own.
 *
 * <pre>
 * 'v' user key, escaped, 0x00 0x01, ~revision (8), ~sub (4)   a version of the key, the newest first
 * 'c' user key                                                which version of the key is the newest
 * 'r' revision (8), sub (4), 1                                which user keys were changed by then, the oldest first
 * 'r' revision (8), sub (4)                                   the user key that was changed then, in stores of format 1
 * 'm' name                                                    a number about the whole store; "mseal": its data keys
 * 'a' member id (8), type (1)                                 an active alarm
 * 'p' member id (8)                                           what a member has published
 * 'l' lease id (8)                                            a lease
 * 'k' lease id (8), user key                                  that the key is attached to the lease
 * 'd' version (1)                                             the digest's buckets, with their applied index
 * 's'                                                         what members have reported of their digests
 * 'u' name                                                    a user
 * 'o' name                                                    a role
 * 'x' index (8)                                               an operation of the manager
 * 't' number (8)                                              a record of the audit log
 * </pre>
 *
 * <p>In an escaped key 0x00 becomes 0x00 0xFF, so that the terminator sorts a key before all longer ones that begin
 * with it. Sub-revisions count the changes of one revision, from 0.
 */
final class StoreKeys {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    static final byte VERSION = 'v';
    static final byte CURRENT = 'c';
    static final byte HISTORY = 'r';
    static final byte ALARM = 'a';
    static final byte MEMBER = 'p';
    static final byte LEASE = 'l';
    static final byte ATTACHMENT = 'k';
    static final byte DIGEST = 'd';
    static final byte USER = 'u';
    static final byte ROLE = 'o';
    static final byte OPERATION = 'x';
    static final byte AUDIT_RECORD = 't';

    static final byte[] FORMAT = meta("format");
    static final byte[] APPLIED_INDEX = meta("applied");
    static final byte[] REVISION = meta("revision");
    static final byte[] COMPACTED_REVISION = meta("compacted");
    static final byte[] LEASE_FENCE = meta("leases");
    static final byte[] AUTH = meta("auth");
    static final byte[] AUDIT_LOG = meta("audit");

    /** How the store is sealed, if it is. */
    static final byte[] SEAL = meta("seal");

    static final byte VERIFICATION_KIND = 's';
    static final byte[] VERIFICATION = {VERIFICATION_KIND};

    static final int REVISION_SIZE = 12;

    private static final int HISTORY_SIZE = 1 + REVISION_SIZE;

    private static final int MAX_SUB = -1;

    private StoreKeys() {}

    /** The place of the key's {@link CurrentVersion}. */
    static byte[] current(Bytes userKey) {
        byte[] key = new byte[1 + userKey.size()];
        key[0] = CURRENT;
        userKey.copyTo(key, 1);
        return key;
    }

    /** The place of the version that one change made. */
    static byte[] version(Bytes userKey, long revision, int sub) {
        byte[] key = escaped(userKey, REVISION_SIZE);
        putRevision(key, key.length - REVISION_SIZE, ~revision, ~sub);
        return key;
    }

    /** The place at or after which the version stands that was the newest at a revision, if the key had one. */
    static byte[] newestVersion(Bytes userKey, long revision) {
        return version(userKey, revision, MAX_SUB);
    }

    /** As {@link #newestVersion(Bytes, long)}, for the key that another version belongs to. */
    static byte[] newestVersion(byte[] versionKey, long revision) {
        byte[] key = versionKey.clone();
        putRevision(key, key.length - REVISION_SIZE, ~revision, ~MAX_SUB);
        return key;
    }

    /** A place after all versions of the key that a version belongs to, and before those of the next key. */
    static byte[] pastVersions(byte[] versionKey) {
        return newestVersion(versionKey, 0);
    }

    static boolean isVersion(byte[] key) {
        return key[0] == VERSION;
    }

    static boolean isHistory(byte[] key) {
        return key[0] == HISTORY;
    }

    static boolean sameUserKey(byte[] versionKey, byte[] otherVersionKey) {
        int length = versionKey.length - REVISION_SIZE;
        return versionKey.length == otherVersionKey.length
                && Arrays.equals(versionKey, 0, length, otherVersionKey, 0, length);
    }

    static long revisionOfVersion(byte[] versionKey) {
        return ~number(versionKey, versionKey.length - REVISION_SIZE);
    }

    static int subOfVersion(byte[] versionKey) {
        return ~(int) INT.get(versionKey, versionKey.length - Integer.BYTES);
    }

    /** The user key of a version; shares the array unless the key holds the byte 0. */
    static Bytes userKey(byte[] versionKey) {
        int end = versionKey.length - REVISION_SIZE - 2;
        int escapes = 0;
        for (int i = 1; i < end; i++) {
            if (versionKey[i] == 0) {
                escapes++;
            }
        }
        if (escapes == 0) {
            return Bytes.wrap(versionKey, 1, end - 1);
        }
        // Behind each 0 stands the 0xFF that escapes it; no 0 can follow a 0.
        byte[] plain = new byte[end - 1 - escapes];
        int at = 0;
        for (int i = 1; i < end; i++) {
            plain[at++] = versionKey[i];
            if (versionKey[i] == 0) {
                i++;
            }
        }
        return Bytes.wrap(plain);
    }

    /** The place at or after which the history of a change stands. */
    static byte[] history(long revision, int sub) {
        byte[] key = new byte[HISTORY_SIZE];
        key[0] = HISTORY;
        putRevision(key, 1, revision, sub);
        return key;
    }

    /** The place of the {@link HistoryRecord} whose last change this is. */
    static byte[] historyRecord(long revision, int sub) {
        byte[] key = Arrays.copyOf(history(revision, sub), HISTORY_SIZE + 1);
        key[HISTORY_SIZE] = 1;
        return key;
    }

    /** Whether a place in the history is that of one change alone, as in stores of format version 1. */
    static boolean isSingleChange(byte[] historyKey) {
        return historyKey.length == HISTORY_SIZE;
    }

    static long revisionOfHistory(byte[] historyKey) {
        return number(historyKey, 1);
    }

    static int subOfHistory(byte[] historyKey) {
        return (int) INT.get(historyKey, 1 + Long.BYTES);
    }

    static byte[] alarm(Alarm alarm) {
        return ByteBuffer.allocate(2 + Long.BYTES)
                .put(ALARM)
                .putLong(alarm.memberId())
                .put((byte) alarm.type().number())
                .array();
    }

    static byte[] member(long memberId) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(MEMBER).putLong(memberId).array();
    }

    static byte[] lease(long id) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(LEASE).putLong(id).array();
    }

    static byte[] attachment(long leaseId, Bytes userKey) {
        byte[] key = new byte[1 + Long.BYTES + userKey.size()];
        ByteBuffer.wrap(key).put(ATTACHMENT).putLong(leaseId);
        userKey.copyTo(key, 1 + Long.BYTES);
        return key;
    }

    static boolean isAttachment(byte[] key, long leaseId) {
        return key[0] == ATTACHMENT && number(key, 1) == leaseId;
    }

    static Bytes attachedKey(byte[] attachment) {
        return Bytes.wrap(attachment, 1 + Long.BYTES, attachment.length - 1 - Long.BYTES);
    }

    static byte[] user(String name) {
        return named(USER, name);
    }

    static byte[] role(String name) {
        return named(ROLE, name);
    }

    private static byte[] named(byte kind, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] key = new byte[1 + text.length];
        key[0] = kind;
        System.arraycopy(text, 0, key, 1, text.length);
        return key;
    }

    static byte[] operation(long id) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(OPERATION).putLong(id).array();
    }

    static byte[] auditRecord(long number) {
        return ByteBuffer.allocate(1 + Long.BYTES)
                .put(AUDIT_RECORD)
                .putLong(number)
                .array();
    }

    static byte[] digest(int version) {
        return new byte[] {DIGEST, (byte) version};
    }

    static byte[] number(long value) {
        byte[] array = new byte[Long.BYTES];
        LONG.set(array, 0, value);
        return array;
    }

    static long number(byte[] array, int offset) {
        return (long) LONG.get(array, offset);
    }

    private static byte[] meta(String name) {
        return ("m" + name).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] escaped(Bytes userKey, int moreSize) {
        int escapes = 0;
        for (int i = 0; i < userKey.size(); i++) {
            if (userKey.at(i) == 0) {
                escapes++;
            }
        }
        byte[] key = new byte[1 + userKey.size() + escapes + 2 + moreSize];
        key[0] = VERSION;
        int at = 1;
        if (escapes == 0) {
            userKey.copyTo(key, at);
            at += userKey.size();
        } else {
            for (int i = 0; i < userKey.size(); i++) {
                key[at++] = userKey.at(i);
                if (userKey.at(i) == 0) {
                    key[at++] = (byte) 0xFF;
                }
            }
        }
        key[at] = 0;
        key[at + 1] = 1;
        return key;
    }

    private static void putRevision(byte[] key, int offset, long revision, int sub) {
        LONG.set(key, offset, revision);
        INT.set(key, offset + Long.BYTES, sub);
    }
}
