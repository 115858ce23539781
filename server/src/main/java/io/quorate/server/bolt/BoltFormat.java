package io.quorate.server.bolt;

import java.nio.ByteBuffer;

/**
 * How bytes lie in a bbolt file.
 *
 * <pre>
 * page     long id, short flags, short count, int overflow (so many more pages belong to it), then its content:
 *   meta     int magic, int version, int page size, int flags, bucket root, long freelist, long end, long txid, long checksum
 *   branch   count times: int position, int key size, long child page; then the keys
 *   leaf     count times: int flags, int position, int key size, int value size; then keys and values
 * bucket   long root page, long sequence; if the root is 0, its only page follows, a leaf
 * </pre>
 *
 * <p>Positions count from the beginning of the element that has them. Pages 0 and 1 are both metas; the one of the greater
 * transaction id counts.
 */
final class BoltFormat {
    static final int PAGE_HEADER_BYTES = 16;
    static final int ELEMENT_BYTES = 16;
    static final int BUCKET_BYTES = 16;
    static final int META_BYTES = 64;

    static final int FLAGS_AT = 8;
    static final int COUNT_AT = 10;
    static final int OVERFLOW_AT = 12;

    static final int BRANCH_PAGE = 0x01;
    static final int LEAF_PAGE = 0x02;
    static final int META_PAGE = 0x04;
    static final int FREELIST_PAGE = 0x10;

    /** Of a leaf element whose value is a bucket. */
    static final int BUCKET_FLAG = 0x01;

    static final int MAGIC = 0xED0CDAED;
    static final int VERSION = 2;
    static final int CHECKSUM_AT = 56;

    static final int MAX_KEY_BYTES = 32768;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private BoltFormat() {}

    /** FNV-1a with 64 bits, over the first so many bytes of a buffer. */
    static long checksum(ByteBuffer meta, int length) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ (meta.get(i) & 0xff)) * FNV_PRIME;
        }
        return hash;
    }
}
