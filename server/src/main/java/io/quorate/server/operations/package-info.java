/**
 * What the manager's operations are judged by, before and after: pure functions of what members tell of themselves. What asks the
 * members, and carries operations out, does not belong here.
 */
@NullMarked
package io.quorate.server.operations;

import org.jspecify.annotations.NullMarked;
