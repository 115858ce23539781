/**
 * A small CA for those who have none: it makes certificates for members and clients, and keeps them in one folder.
 *
 * <p>What belongs here makes certificates. What judges those of others is the engine's ({@code io.quorate.engine.tls}), and asks nobody
 * who has made them.
 */
@NullMarked
package io.quorate.server.certs;

import org.jspecify.annotations.NullMarked;
