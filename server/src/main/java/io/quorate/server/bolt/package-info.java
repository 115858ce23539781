/**
 * Files in the format of bbolt, a B+tree of pages: written in one go from sorted keys, and read without trust in what they hold.
 * Knows nothing of what is kept in them. The format is described at <a href="https://github.com/etcd-io/bbolt">bbolt</a>; all
 * numbers in it are little endian.
 */
@NullMarked
package io.quorate.server.bolt;

import org.jspecify.annotations.NullMarked;
