package io.quorate.cli;

import io.quorate.server.Release;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What this build is.
 *
 * @param version the release, which is that of the member in it
 * @param commit the commit that it was built of, or {@code "unknown"} if the build was not told
 */
record BuildInfo(String version, String commit) {

    /** The version of etcd whose API is offered; clients ask for it before they use newer requests. */
    static final String ETCD_API = "3.4";

    /** Reads what the build wrote down. */
    static BuildInfo load() {
        try (InputStream resource = BuildInfo.class.getResourceAsStream("build.properties")) {
            if (resource == null) {
                throw new IllegalStateException("build.properties is missing beside the classes");
            }
            Properties properties = new Properties();
            properties.load(resource);
            return new BuildInfo(Release.ofThisProgram().name(), properties.getProperty("commit", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
