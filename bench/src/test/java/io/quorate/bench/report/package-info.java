@NullMarked
package io.quorate.bench.report;

import org.jspecify.annotations.NullMarked;
