/**
 * The client port: sockets, the two protocols on them, and the errors that go over them. What a request means is no business of this package.
 */
@NullMarked
package io.quorate.server.wire;

import org.jspecify.annotations.NullMarked;
