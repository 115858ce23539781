/**
 * Master keys, data keys, and how bytes on a disk are sealed with them.
 *
 * <p>A {@link io.quorate.encryption.DataKey data key} seals what one file holds. It lies beside that file, {@linkplain
 * io.quorate.encryption.WrappedKey wrapped} by a {@linkplain io.quorate.encryption.MasterKeys master key}, which lies elsewhere. Another
 * master key means another wrapping of 32 bytes, and nothing that was sealed is written anew.
 *
 * <p>What belongs here is keys and ciphers. What does not: which bytes of a file are sealed, and what becomes of a file that cannot be opened.
 */
@NullMarked
package io.quorate.encryption;

import org.jspecify.annotations.NullMarked;
