/** Tests of the key-value store. */
@NullMarked
package io.quorate.kv;

import org.jspecify.annotations.NullMarked;
