package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.junit.jupiter.api.Test;

/** What a program takes itself for. That Maven fills the release in is shown where {@code quorate version} is tested. */
class ReleaseTest {

    private static Release written(String version) {
        Properties build = new Properties();
        build.setProperty("version", version);
        return Release.of(build);
    }

    @Test
    void itIsWhatTheBuildHasWritten() {
        assertThat(written("1.2.3-SNAPSHOT").name()).isEqualTo("1.2.3-SNAPSHOT");
        assertThat(Release.ofThisProgram().name()).isNotBlank().doesNotContain("$");
    }

    @Test
    void itIsUnknownIfNobodyHasFilledItIn() {
        assertThat(written("${project.version}").name()).isEqualTo(Release.UNKNOWN);
        assertThat(written(" ").name()).isEqualTo(Release.UNKNOWN);
        assertThat(Release.of(new Properties()).name()).isEqualTo(Release.UNKNOWN);
    }
}
