/** Tests of the executable, of the launchers, and of the rules that hold across modules. */
@NullMarked
package io.quorate.cli;

import org.jspecify.annotations.NullMarked;
