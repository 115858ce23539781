@NullMarked
package io.quorate.server.autopilot;

import org.jspecify.annotations.NullMarked;
