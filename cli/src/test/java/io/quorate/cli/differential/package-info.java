/** Asks a member and etcd itself the same, and compares every answer. */
@NullMarked
package io.quorate.cli.differential;

import org.jspecify.annotations.NullMarked;
