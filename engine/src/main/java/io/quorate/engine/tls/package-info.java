/**
 * TLS as members speak it, among themselves and with clients: what is read from files, by what the other side's certificate is judged,
 * and why a connection was refused.
 *
 * <p>What belongs here knows neither Raft nor etcd's API; who may do what once it is connected is for others to say.
 */
@NullMarked
package io.quorate.engine.tls;

import org.jspecify.annotations.NullMarked;
