package io.quorate.server.bolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** A bucket of a file that is read: sorted keys with their values, and other buckets among them. For one thread. */
public final class BoltBucket {
    /** Far more than any file can have whose branches have two children each. */
    private static final int MAX_LEVELS = 64;

    private final BoltReader.Walk walk;
    private final long rootPage;
    private final int depth;
    private final Optional<BoltPage> inline;

    BoltBucket(BoltReader.Walk walk, long rootPage, int depth) {
        this(walk, rootPage, depth, Optional.empty());
    }

    private BoltBucket(BoltReader.Walk walk, long rootPage, int depth, Optional<BoltPage> inline) {
        this.walk = walk;
        this.rootPage = rootPage;
        this.depth = depth;
        this.inline = inline;
    }

    /**
     * Reads the bucket through, once.
     *
     * @throws BoltException if the file is damaged; some of it was handed out before
     */
    public void forEach(BoltReader.Visitor visitor) throws IOException {
        Reading reading = new Reading(visitor);
        if (inline.isPresent()) {
            reading.leaf(inline.get());
        } else {
            reading.page(rootPage, 0);
        }
    }

    /** One way through the tree, from left to right. */
    private final class Reading {
        private final BoltReader.Visitor visitor;
        private byte[] lastKey = new byte[0];
        private boolean first = true;

        Reading(BoltReader.Visitor visitor) {
            this.visitor = visitor;
        }

        private void page(long id, int level) throws IOException {
            if (level >= MAX_LEVELS) {
                throw new BoltException("it is damaged: a bucket has more than " + MAX_LEVELS + " levels");
            }
            BoltPage page = walk.page(id);
            if (!page.isBranch()) {
                leaf(page);
                return;
            }
            for (int i = 0; i < page.count(); i++) {
                page(page.child(i), level + 1);
            }
        }

        private void leaf(BoltPage page) throws IOException {
            for (int i = 0; i < page.count(); i++) {
                byte[] key = page.key(i);
                if (!first && Arrays.compareUnsigned(key, lastKey) <= 0) {
                    throw new BoltException("it is damaged: the keys of " + page.name() + " are not in order");
                }
                first = false;
                lastKey = key;
                byte[] value = page.value(i);
                if (page.isBucket(i)) {
                    visitor.bucket(key.clone(), nested(page, i, value));
                } else {
                    visitor.entry(key.clone(), value);
                }
            }
        }
    }

    private BoltBucket nested(BoltPage page, int number, byte[] value) throws BoltException {
        String name = "the bucket that is element " + number + " of " + page.name();
        if (value.length < BoltFormat.BUCKET_BYTES) {
            throw new BoltException("it is damaged: " + name + " is cut off");
        }
        if (depth + 1 >= MAX_LEVELS) {
            throw new BoltException("it is damaged: buckets are nested more than " + MAX_LEVELS + " times");
        }
        long root = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return root == 0
                ? new BoltBucket(walk, 0, depth + 1, Optional.of(BoltPage.inline(name, value)))
                : new BoltBucket(walk, root, depth + 1);
    }
}
