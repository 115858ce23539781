@NullMarked
package io.quorate.server.report;

import org.jspecify.annotations.NullMarked;
