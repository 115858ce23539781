package io.quorate.engine.tls;

/**
 * What certificates of others say, as it may stand in a log or on a terminal: whoever made one chose its names, and no line may be forged by
 * them, no terminal driven, and no log filled.
 */
public final class PrintableText {

    /** Longer than names are that somebody means to be read. */
    private static final int MOST_CHARACTERS = 200;

    private static final String CUT = "...";

    private PrintableText() {}

    /** The same with a question mark for each character that is not to be seen as it is, and cut where it is long. */
    public static String of(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints()
                .limit(MOST_CHARACTERS)
                .forEach(character -> printable.appendCodePoint(isPrintable(character) ? character : '?'));
        return text.codePointCount(0, text.length()) > MOST_CHARACTERS
                ? printable.append(CUT).toString()
                : printable.toString();
    }

    /** Whether a character is seen as it is, by its code point. */
    public static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
