/** What each member tells of itself for whoever watches over the cluster, and what the reports of all members show to be wrong. */
@NullMarked
package io.quorate.server.report;

import org.jspecify.annotations.NullMarked;
