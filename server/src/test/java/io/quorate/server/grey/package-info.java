@NullMarked
package io.quorate.server.grey;

import org.jspecify.annotations.NullMarked;
