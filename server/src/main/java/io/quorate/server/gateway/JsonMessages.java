package io.quorate.server.gateway;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The messages in a request's body, one JSON object after another. For one thread at a time.
 *
 * <p>They are read one by one, as they are wanted: a body may hold hundreds of thousands.
 */
final class JsonMessages {

    /** From where on messages of the parsers quote, or name fields by the names that the client has given them. */
    private static final Pattern QUOTED = Pattern.compile("(?s)(: | path \\$|\"| but (got|found)).*");

    /**
     * The most characters of a number, also of one that is given as a string: to read it takes time that grows with the square of that. No
     * number of any message needs more than a few.
     */
    private static final int MAX_NUMBER_CHARS = 10_000;

    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

    private final String body;
    private final Message prototype;
    private final int maxBytes;
    private int position;

    /**
     * @param prototype of the messages
     * @param maxBytes the largest message, in protobuf's encoding
     * @throws BadRequestException if the body is not UTF-8
     */
    JsonMessages(byte[] body, Message prototype, int maxBytes) throws BadRequestException {
        try {
            this.body = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw BadRequestException.invalid("the body is not valid UTF-8");
        }
        this.prototype = prototype;
        this.maxBytes = maxBytes;
    }

    /** Whether there is one more, or something that should be one. */
    boolean hasNext() {
        while (position < body.length() && isWhitespace(body.charAt(position))) {
            position++;
        }
        return position < body.length();
    }

    /** What stands between the values of JSON: nothing else does. */
    private static boolean isWhitespace(char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t';
    }

    /**
     * The next message; {@link #hasNext} must have said that there is one.
     *
     * @throws BadRequestException if what follows is no such message
     */
    Message next() throws BadRequestException {
        String text = nextValue();
        requireOneValue(text);
        Message.Builder message = prototype.newBuilderForType();
        try {
            PARSER.merge(text, message);
        } catch (InvalidProtocolBufferException e) {
            throw BadRequestException.invalid(withoutContent(e));
        }
        Message built = message.build();
        if (built.getSerializedSize() > maxBytes) {
            throw BadRequestException.tooLarge(built.getSerializedSize(), maxBytes);
        }
        return built;
    }

    /** The text up to where the brackets that are open here are closed again; all the rest if they are not. */
    private String nextValue() throws BadRequestException {
        int begin = position;
        int depth = 0;
        int numberChars = 0;
        while (position < body.length()) {
            char c = body.charAt(position++);
            numberChars = isOfNumber(c) ? numberChars + 1 : 0;
            requireNumber(numberChars);
            switch (c) {
                case '"' -> skipString();
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    if (--depth <= 0) {
                        return body.substring(begin, position);
                    }
                }
                default -> {
                    // Whether it may stand here is for the parser to say.
                }
            }
        }
        return body.substring(begin);
    }

    private static boolean isOfNumber(char c) {
        return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
    }

    private static void requireNumber(int chars) throws BadRequestException {
        if (chars > MAX_NUMBER_CHARS) {
            throw BadRequestException.invalid("a number has more than " + MAX_NUMBER_CHARS + " characters");
        }
    }

    /**
     * Goes behind a string's end; a half of a surrogate pair in it, which no other encoding can express, is refused, and so is one that can
     * only be a number and is too long for one.
     */
    private void skipString() throws BadRequestException {
        int chars = 0;
        boolean number = true;
        while (position < body.length()) {
            char c = body.charAt(position++);
            if (c == '"') {
                requireNumber(number ? chars : 0);
                return;
            }
            chars++;
            number &= isOfNumber(c) || c == '\\';
            if (c == '\\') {
                char escaped = escapedUnit();
                number &= isOfNumber(escaped);
                if (Character.isHighSurrogate(escaped)
                        && position < body.length()
                        && body.charAt(position) == '\\'
                        && Character.isLowSurrogate(unitAt(position + 1))) {
                    position += "\\udc00".length();
                } else if (Character.isSurrogate(escaped)) {
                    throw BadRequestException.invalid("a string has half of a surrogate pair");
                }
            }
        }
    }

    /** Goes behind the escape sequence whose backslash was the last character, and gives the UTF-16 unit if it names one. */
    private char escapedUnit() {
        char unit = unitAt(position);
        position += unit == 0 ? 1 : "udc00".length();
        return unit;
    }

    /** The unit that {@code uXXXX} names here, or 0. */
    private char unitAt(int index) {
        if (index + "udc00".length() > body.length() || body.charAt(index) != 'u') {
            return 0;
        }
        int unit = 0;
        for (int i = index + 1; i <= index + 4; i++) {
            int digit = Character.digit(body.charAt(i), 16);
            if (digit < 0) {
                return 0;
            }
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    /** The parser of messages takes more than JSON, and stops at the end of the first value. */
    private static void requireOneValue(String text) throws BadRequestException {
        JsonReader reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        try {
            reader.skipValue();
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw BadRequestException.invalid("something follows the JSON object");
            }
        } catch (IOException | IllegalStateException e) {
            throw BadRequestException.invalid("the body is not JSON: " + withoutContent(e));
        }
    }

    /**
     * What a parser says is wrong, without what it quotes: whatever stands in a request may be a password or a value, and an answer comes by logs
     * of proxies.
     */
    private static String withoutContent(Exception failure) {
        String message = String.valueOf(failure.getMessage());
        if (message.startsWith("java.") || message.startsWith("com.")) {
            return "a field has a value of another kind";
        }
        return QUOTED.matcher(message).replaceFirst("");
    }
}
