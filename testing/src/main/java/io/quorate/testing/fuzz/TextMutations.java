package io.quorate.testing.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Changes of text: what hurts parsers of JSON, PEM, YAML and the like is put in, brackets are nested, numbers replaced; and now and then a change
 * that only bytes know.
 */
final class TextMutations implements Mutations {

    private static final int KINDS = 8;
    private static final int DEEPEST = 3000;

    private static final List<byte[]> WORDS = words(
            "{",
            "}",
            "[",
            "]",
            "\"",
            "\\",
            ":",
            ",",
            ".",
            "-",
            "+",
            "\n",
            "\r\n",
            "\t",
            " ",
            "\0",
            "\u007f",
            "\u00fc",
            "\u2028",
            "\ufeff",
            "\ud83d\ude00",
            "\\u0000",
            "\\ud800",
            "\\udc00",
            "\\ud83d\\ude00",
            "\\uD83",
            "\\x",
            "\\/",
            "\"\":",
            "null",
            "true",
            "false",
            "NaN",
            "Infinity",
            "-Infinity",
            "undefined",
            "{}",
            "[]",
            "[{}]",
            "\"\"",
            "{\"\":{}}",
            "@type",
            "key",
            "value",
            "/*",
            "*/",
            "//",
            "#",
            "'",
            "!!",
            "&a",
            "*a",
            "<<: *a",
            "---",
            "...",
            "|",
            ">",
            "? ",
            "- ",
            "%",
            "://",
            "@",
            "::",
            "[::1]",
            "=",
            "==",
            "+/",
            "-----",
            "-----BEGIN ",
            "-----END ",
            "-----BEGIN CERTIFICATE-----",
            "-----END CERTIFICATE-----",
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN EC PRIVATE KEY-----",
            "-----END EC PRIVATE KEY-----",
            "-----BEGIN X509 CRL-----",
            "eyJ",
            "MII",
            "none");

    private static final List<byte[]> NUMBERS = words(
            "0",
            "-0",
            "1",
            "-1",
            "00",
            "0x10",
            "1.5",
            "1e3",
            "1E+3",
            "1e-3",
            ".5",
            "5.",
            "2147483647",
            "2147483648",
            "-2147483649",
            "4294967296",
            "9007199254740993",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
            "18446744073709551615",
            "18446744073709551616",
            "1e308",
            "1e309",
            "-1e309",
            "1e-400",
            "1e99999",
            "1e-99999",
            "1e999999999",
            "1e-999999999",
            "1e2147483647",
            "1e2147483648",
            "1e99999999999999999999",
            "0e999999999",
            "1.0000000000000000000000000000000000000000001",
            "123456789012345678901234567890123456789012345678901234567890");

    private static final byte[][] NESTING = {
        bytes("["),
        bytes("{\"a\":"),
        bytes("{\"success\":[{\"request_txn\":"),
        bytes("[["),
        bytes("("),
        bytes("- "),
        bytes("\"")
    };

    /** What no text in UTF-8 has: an overlong zero, half of a surrogate pair, a sequence that is cut off, a byte that is never used. */
    private static final byte[][] NO_TEXT = {
        {(byte) 0xc0, (byte) 0x80}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, {(byte) 0xf0, (byte) 0x9f}, {(byte) 0xff}
    };

    private final BinaryMutations bytes = new BinaryMutations();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<byte[]> words(String... words) {
        return List.of(words).stream().map(TextMutations::bytes).toList();
    }

    @Override
    public byte[] mutate(byte[] input, byte[] other, SplittableRandom random) {
        return switch (random.nextInt(KINDS)) {
            case 0, 1 -> insert(input, WORDS.get(random.nextInt(WORDS.size())), random);
            case 2 -> replaceNumber(input, random);
            case 3 -> insert(input, NUMBERS.get(random.nextInt(NUMBERS.size())), random);
            case 4 -> random.nextInt(8) == 0 ? nest(input, random) : swapBrackets(input, random);
            case 5 -> insert(input, NO_TEXT[random.nextInt(NO_TEXT.length)], random);
            default -> bytes.mutate(input, other, random);
        };
    }

    private static byte[] insert(byte[] input, byte[] word, SplittableRandom random) {
        int at = Mutations.place(input, random);
        int removed = random.nextInt(4) == 0 ? Math.min(word.length, input.length - at) : 0;
        return Mutations.replace(input, at, removed, word, 0, word.length);
    }

    /** Puts another number in the place of the first one behind a place. */
    private static byte[] replaceNumber(byte[] input, SplittableRandom random) {
        byte[] number = NUMBERS.get(random.nextInt(NUMBERS.size()));
        int at = Mutations.place(input, random);
        while (at < input.length && !isOfNumber(input[at])) {
            at++;
        }
        int end = at;
        while (end < input.length && isOfNumber(input[end])) {
            end++;
        }
        return Mutations.replace(input, at, end - at, number, 0, number.length);
    }

    private static boolean isOfNumber(byte character) {
        return (character >= '0' && character <= '9') || character == '.' || character == '-';
    }

    private static byte[] nest(byte[] input, SplittableRandom random) {
        byte[] opening = NESTING[random.nextInt(NESTING.length)];
        byte[] all = new byte[opening.length * (1 + random.nextInt(DEEPEST))];
        for (int at = 0; at < all.length; at += opening.length) {
            System.arraycopy(opening, 0, all, at, opening.length);
        }
        return Mutations.replace(input, Mutations.place(input, random), 0, all, 0, all.length);
    }

    private static byte[] swapBrackets(byte[] input, SplittableRandom random) {
        byte[] changed = input.clone();
        int from = Mutations.place(input, random);
        for (int i = from; i < changed.length; i++) {
            int other = "{}[]\":,".indexOf(changed[i]);
            if (other >= 0) {
                changed[i] = (byte) "[]{}',:".charAt(other);
                return changed;
            }
        }
        return changed;
    }
}
