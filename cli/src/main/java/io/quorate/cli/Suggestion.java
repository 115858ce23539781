package io.quorate.cli;

import java.util.Collection;
import java.util.Comparator;

/** Finds the word that was meant by a mistyped one. */
final class Suggestion {

    private static final int MAX_EDITS = 3;

    private Suggestion() {}

    /** Returns {@code " (did you mean x?)"} for the nearest of the words, or an empty text if none is near. */
    static String among(String mistyped, Collection<String> words) {
        return words.stream()
                .filter(word -> edits(mistyped, word) <= Math.min(MAX_EDITS, word.length() / 2))
                .min(Comparator.comparingInt(word -> edits(mistyped, word)))
                .map(word -> " (did you mean " + word + "?)")
                .orElse("");
    }

    /** The Levenshtein distance: how many letters must be put in, taken out or replaced. */
    private static int edits(String from, String to) {
        int[] previous = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] current = new int[to.length() + 1];
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replace = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replace, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[to.length()];
    }
}
