/** What a member measures of its work, under etcd's names where it is the same, for Prometheus. */
@NullMarked
package io.quorate.server.metrics;

import org.jspecify.annotations.NullMarked;
