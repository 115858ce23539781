/** Holds the members to what etcd answers to its own command line. */
@NullMarked
package io.quorate.cli.etcdctl;

import org.jspecify.annotations.NullMarked;
