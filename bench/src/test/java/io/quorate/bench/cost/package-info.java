@NullMarked
package io.quorate.bench.cost;

import org.jspecify.annotations.NullMarked;
