/** Many runs: one seed after the other on several threads, and what is done about one that fails. */
@NullMarked
package io.quorate.simulator.campaign;

import org.jspecify.annotations.NullMarked;
