/**
 * Real processes: members that are started, killed without warning and started again, and what must hold then.
 *
 * <p>What can be shown with members in the test's own process belongs to the module that it is about.
 */
@NullMarked
package io.quorate.cli.processes;

import org.jspecify.annotations.NullMarked;
