@NullMarked
package io.quorate.bench.load;

import org.jspecify.annotations.NullMarked;
