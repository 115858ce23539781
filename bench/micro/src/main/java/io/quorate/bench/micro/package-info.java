/** What single parts cost, measured alone: time, and with {@code -prof gc} the bytes allocated. */
@NullMarked
package io.quorate.bench.micro;

import org.jspecify.annotations.NullMarked;
