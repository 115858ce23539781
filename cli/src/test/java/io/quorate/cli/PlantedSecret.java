package io.quorate.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Something that must be found nowhere, in whatever form it may be shown. */
record PlantedSecret(String what, String text) {

    /** The text as it is, and all that programs make of bytes when they print them. */
    private List<String> forms() {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String numbers = Arrays.toString(bytes);
        List<String> forms = new ArrayList<>(List.of(
                text,
                HexFormat.of().formatHex(bytes),
                HexFormat.ofDelimiter(" ").formatHex(bytes),
                numbers.substring(1, numbers.length() - 1),
                URLEncoder.encode(text, StandardCharsets.UTF_8),
                new StringBuilder(text).reverse().toString()));
        // Wherever among other bytes it begins; what its neighbours have a part in is left out.
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            String own = encoded.substring(before == 0 ? 0 : before + 1, encoded.length() - 2);
            forms.add(own);
            forms.add(own.replace('+', '-').replace('/', '_'));
        }
        return forms;
    }

    /** Whether some text shows it. */
    boolean isIn(String shown) {
        String lower = shown.toLowerCase(Locale.ROOT);
        return forms().stream().anyMatch(form -> shown.contains(form) || lower.contains(form.toLowerCase(Locale.ROOT)));
    }
}
