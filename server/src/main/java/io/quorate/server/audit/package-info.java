/**
 * What a member puts on record beside what the log does by itself: what it has seen of clients, and when the audit log may begin.
 * Records, their chain and their rules are the store's.
 */
@NullMarked
package io.quorate.server.audit;

import org.jspecify.annotations.NullMarked;
