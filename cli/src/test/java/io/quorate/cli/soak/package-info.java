/** A soak: members under honest and under hostile clients for a long time, and what that leaves behind. */
@NullMarked
package io.quorate.cli.soak;

import org.jspecify.annotations.NullMarked;
