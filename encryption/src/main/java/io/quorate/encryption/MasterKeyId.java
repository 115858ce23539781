package io.quorate.encryption;

import java.util.regex.Pattern;

/** What the name of a master key may look like: it stands in files, in logs and in metrics. */
final class MasterKeyId {

    static final int MAX_LENGTH = 64;

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0," + (MAX_LENGTH - 1) + "}");

    private MasterKeyId() {}

    static boolean isOne(String id) {
        return FORM.matcher(id).matches();
    }

    static void check(String id) {
        if (!isOne(id)) {
            throw new IllegalArgumentException("the id of a master key has 1 to " + MAX_LENGTH
                    + " letters, digits, dots, dashes and underlines, and begins with a letter or digit");
        }
    }
}
