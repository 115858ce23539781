package io.quorate.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Which release of Quorate a program is, as its build has written it down.
 *
 * @param name such as {@code 1.2.3}, or {@value #UNKNOWN} if the classes were built otherwise than by Maven
 */
public record Release(String name) {

    public static final String UNKNOWN = "unknown";

    /** That of this program. */
    public static Release ofThisProgram() {
        Properties build = new Properties();
        try (InputStream written = Release.class.getResourceAsStream("build.properties")) {
            if (written != null) {
                build.load(written);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return of(build);
    }

    /** A build that does not fill in the properties leaves the name of the property there. */
    static Release of(Properties build) {
        String name = build.getProperty("version", "").strip();
        return new Release(name.isEmpty() || name.startsWith("${") ? UNKNOWN : name);
    }
}
