package io.quorate.cli;

import com.google.protobuf.ByteString;
import io.quorate.engine.tls.PrintableText;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Turns the bytes of keys and values into text that a terminal can show, and words of a command line into bytes. */
final class KeyText {

    private static final int REPLACEMENT = 0xFFFD;

    private KeyText() {}

    /**
     * @param what what the word is, to begin an error message with
     * @return the word in UTF-8
     * @throws CommandFailed if the locale of the process could not take in the word, so that other bytes would be stored
     */
    static ByteString bytes(String what, String word) {
        if (word.indexOf(REPLACEMENT) >= 0) {
            throw CommandFailed.usage(what + " \"" + word + "\" cannot be read in this locale; set LC_ALL=C.UTF-8");
        }
        return ByteString.copyFromUtf8(word);
    }

    /** Returns the text, if the bytes are UTF-8 without control characters. */
    static Optional<String> printable(ByteString bytes) {
        return decoded(bytes).filter(text -> text.codePoints().allMatch(PrintableText::isPrintable));
    }

    /**
     * Returns the bytes on one line: control characters and backslashes escaped as in C, and each byte of what is not UTF-8
     * as {@code \xNN}.
     */
    static String escaped(ByteString bytes) {
        StringBuilder line = new StringBuilder(bytes.size());
        decoded(bytes)
                .ifPresentOrElse(
                        text -> text.codePoints().forEach(codePoint -> appendCodePoint(line, codePoint)),
                        () -> bytes.forEach(b -> appendByte(line, b)));
        return line.toString();
    }

    private static void appendCodePoint(StringBuilder line, int codePoint) {
        switch (codePoint) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            case '\\' -> line.append("\\\\");
            default -> {
                if (PrintableText.isPrintable(codePoint)) {
                    line.appendCodePoint(codePoint);
                } else {
                    for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
                        appendHex(line, b);
                    }
                }
            }
        }
    }

    private static void appendByte(StringBuilder line, byte b) {
        if (b >= 0) {
            appendCodePoint(line, b);
        } else {
            appendHex(line, b);
        }
    }

    private static void appendHex(StringBuilder line, byte b) {
        line.append(String.format("\\x%02x", b & 0xff));
    }

    private static Optional<String> decoded(ByteString bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString());
        } catch (CharacterCodingException e) {
            // Bytes that are no text are an ordinary case here, not a fault.
            return Optional.empty();
        }
    }
}
