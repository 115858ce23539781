/**
 * What tests of several modules share. It is on the path of tests alone and delivered to nobody; what one module's tests need stands
 * beside them.
 */
@NullMarked
package io.quorate.testing;

import org.jspecify.annotations.NullMarked;
