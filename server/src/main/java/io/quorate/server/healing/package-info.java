/**
 * What a member does about its own files while it runs: it reads them through again and again, and mends what is damaged or
 * differs from the others'.
 */
@NullMarked
package io.quorate.server.healing;

import org.jspecify.annotations.NullMarked;
