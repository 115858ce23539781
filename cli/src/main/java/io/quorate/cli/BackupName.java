package io.quorate.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a backup's file is called, for example {@code quorate-20260131T120000.000Z-r42.db}: when it was taken, of which revision,
 * and whether it was verified.
 *
 * @param takenAt in whole milliseconds
 * @param revision 0 if the file could not be read
 */
record BackupName(Instant takenAt, long revision, boolean verified) {

    /** Those taken later come first. */
    static final Comparator<BackupName> NEWEST_FIRST = Comparator.comparing(BackupName::takenAt)
            .thenComparingLong(BackupName::revision)
            .reversed();

    private static final String UNVERIFIED = ".unverified";
    private static final String MANIFEST = ".json";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private static final Pattern FILE =
            Pattern.compile("quorate-(\\d{8}T\\d{6}\\.\\d{3}Z)-r(\\d{1,19})\\.db(" + Pattern.quote(UNVERIFIED) + ")?");

    BackupName {
        takenAt = takenAt.truncatedTo(ChronoUnit.MILLIS);
    }

    /** The name of the backup. */
    String file() {
        return "quorate-" + TIME.format(takenAt) + "-r" + revision + ".db" + (verified ? "" : UNVERIFIED);
    }

    /** The name of the file beside it that says what it is. */
    String manifest() {
        return file() + MANIFEST;
    }

    /** Empty if no backup has this name. */
    static Optional<BackupName> ofFile(String file) {
        Matcher matcher = FILE.matcher(file);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            Instant takenAt = Instant.from(TIME.parse(matcher.group(1)));
            BackupName name = new BackupName(takenAt, Long.parseLong(matcher.group(2)), matcher.group(3) == null);
            return Optional.of(name).filter(found -> found.file().equals(file));
        } catch (DateTimeException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Empty if no backup's manifest has this name. */
    static Optional<BackupName> ofManifest(String file) {
        return file.endsWith(MANIFEST)
                ? ofFile(file.substring(0, file.length() - MANIFEST.length()))
                : Optional.empty();
    }
}
