/** Holds the documents to what they say: their commands are run, their program is compiled, their links are followed. */
@NullMarked
package io.quorate.cli.readme;

import org.jspecify.annotations.NullMarked;
