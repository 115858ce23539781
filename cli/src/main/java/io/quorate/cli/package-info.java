/**
 * The one executable, {@code quorate}: its commands, their options, what they print and the codes they exit with.
 *
 * <p>Here belongs what turns words on a command line into calls of the server, or into requests to a running cluster, and
 * answers into tables and JSON. What a member does once it has its {@link io.quorate.server.ServerConfig} does not.
 */
@NullMarked
package io.quorate.cli;

import org.jspecify.annotations.NullMarked;
