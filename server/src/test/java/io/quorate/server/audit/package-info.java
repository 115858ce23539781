/** Tests of what a member puts on record. */
@NullMarked
package io.quorate.server.audit;

import org.jspecify.annotations.NullMarked;
