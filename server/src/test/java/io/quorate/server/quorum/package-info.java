@NullMarked
package io.quorate.server.quorum;

import org.jspecify.annotations.NullMarked;
