/** Whether a member fails slowly rather than at once: what that is told by, and when a leader gives way for it. */
@NullMarked
package io.quorate.server.grey;

import org.jspecify.annotations.NullMarked;
