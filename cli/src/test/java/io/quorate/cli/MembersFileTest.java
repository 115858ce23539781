package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.server.operations.MembersPlan.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the file of {@code members apply} may say. */
class MembersFileTest {

    @TempDir
    private Path dir;

    private Path file(String text) throws IOException {
        return Files.writeString(dir.resolve("members.yaml"), text);
    }

    @Test
    void namesUrlsAndRolesAreRead() throws IOException {
        Path file = file("""
                members:
                - name: a
                  peer-urls: http://10.0.0.1:2380
                - name: b
                  peer-urls: [10.0.0.2:2380, "http://10.0.1.2:2380/"]
                  role: learner
                - name: c
                  peer-urls: c:2380
                  witness: true
                """);
        assertThat(MembersFile.read(file))
                .containsExactly(
                        new Wanted("a", List.of("http://10.0.0.1:2380"), true),
                        new Wanted("b", List.of("http://10.0.0.2:2380", "http://10.0.1.2:2380"), false),
                        new Wanted("c", List.of("http://c:2380"), true, true));
    }

    @Test
    void whatIsWrongIsSaidInOneSentence() throws IOException {
        Map<String, String> wrong = Map.of(
                "a: b", "the one key \"members\"",
                "members: a", "the one key \"members\"",
                "members:\n- a", "a member that is no mapping",
                "members:\n- name: a", "without the key \"peer-urls\"",
                "members:\n- peer-urls: a:1", "without the key \"name\"",
                "members:\n- {name: a, peer-urls: 'a:1', role: king}", "the role \"king\"; there are voter and learner",
                "members:\n- {name: a, peer-url: 'a:1'}", "unknown key \"peer-url\" (did you mean peer-urls?)",
                "members:\n- {name: a, peer-urls: 'a'}", "not a URL of the form http://host:port",
                "members: [", "not valid YAML");
        for (Map.Entry<String, String> one : wrong.entrySet()) {
            Path file = file(one.getKey());
            assertThatThrownBy(() -> MembersFile.read(file))
                    .as(one.getKey())
                    .isInstanceOf(CommandFailed.class)
                    .hasMessageContaining(one.getValue())
                    .hasMessageNotContaining("\n");
        }
        assertThatThrownBy(() -> MembersFile.read(dir.resolve("none.yaml"))).hasMessageContaining("does not exist");
    }
}
