/** Snapshots that go from etcd to Quorate, and from Quorate to etcd. */
@NullMarked
package io.quorate.cli.snapshot;

import org.jspecify.annotations.NullMarked;
