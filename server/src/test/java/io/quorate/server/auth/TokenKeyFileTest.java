package io.quorate.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.server.auth.TokenOptions.Algorithm;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A file of keys goes from one set that can be used to another one, and what is refused leaves it as it was. */
class TokenKeyFileTest {

    @TempDir
    private Path folder = Path.of("");

    private Path path() {
        return folder.resolve("tokens.jwks");
    }

    private TokenKeyFile file() {
        return new TokenKeyFile(path(), InstantSource.fixed(Instant.parse("2026-11-27T12:00:00Z")));
    }

    private List<String> ids() throws IOException {
        return file().read().told().stream().map(TokenKeySet.Told::id).toList();
    }

    private void add(String id) throws IOException {
        file().add(Algorithm.ES256, Optional.of(id));
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"ES256", "ES384", "ES512", "PS256", "HS256", "HS384", "HS512"})
    void aKeyOfEachKindSignsOnceItIsMade(Algorithm algorithm) throws IOException {
        TokenKeySet.Told made = file().add(algorithm, Optional.empty());
        assertThat(made.id()).matches("2026-11-27-[0-9a-f]{8}");
        assertThat(made.signs()).isTrue();
        assertThat(made.thumbprint().isEmpty()).isEqualTo(algorithm.isSymmetric());
        assertThat(file().read().told()).containsExactly(made);
    }

    @Test
    void oneKeyFollowsAnotherInThreeSteps() throws IOException {
        add("old");
        add("next");
        assertThat(file().read().signingId()).contains("old");
        assertThat(file().sign(Optional.empty()).id()).isEqualTo("next");
        assertThat(ids()).containsExactly("next", "old");
        assertThat(file().drop(Optional.empty())).containsExactly("old");
        assertThat(ids()).containsExactly("next");
    }

    @Test
    void aKeyIsChosenByItsId() throws IOException {
        for (String id : List.of("a", "b", "c", "d")) {
            add(id);
        }
        assertThat(file().sign(Optional.of("b")).signs()).isTrue();
        assertThat(ids()).containsExactly("b", "a", "c", "d");
        assertThat(file().drop(Optional.of("c"))).containsExactly("c");
        assertThat(ids()).containsExactly("b", "a", "d");
    }

    @Test
    void whatIsRefusedChangesNothing() throws IOException {
        assertThatThrownBy(() -> file().read()).hasMessageContaining("does not exist");
        add("one");
        byte[] before = Files.readAllBytes(path());
        assertThatThrownBy(() -> add("one")).hasMessageContaining("has a key \"one\" already");
        assertThatThrownBy(() -> add("a b")).hasMessageContaining("needs a \"kid\"");
        assertThatThrownBy(() -> file().sign(Optional.empty()))
                .hasMessageContaining("add one with 'quorate tokens new-key'");
        assertThatThrownBy(() -> file().sign(Optional.of("two"))).hasMessageContaining("has no key \"two\"");
        assertThatThrownBy(() -> file().drop(Optional.empty())).hasMessageContaining("nothing to drop");
        assertThatThrownBy(() -> file().drop(Optional.of("one"))).hasMessageContaining("have another one sign first");
        assertThat(path()).hasBinaryContent(before);
        Files.writeString(path(), "{\"keys\":");
        assertThatThrownBy(() -> add("two")).hasMessageContaining("is not a JSON object");
        assertThat(path()).hasContent("{\"keys\":");
    }

    @Test
    void theFileIsItsOwnersAloneWhateverItWasBefore() throws IOException {
        add("one");
        Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("rw-r--r--"));
        add("two");
        assertThat(Files.getPosixFilePermissions(path()))
                .isEqualTo(Set.copyOf(PosixFilePermissions.fromString("rw-------")));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(path(), lockFile());
        }
    }

    /** As where members run as a user of their own, and somebody else changes the keys. */
    @Test
    void whatItsGroupMayReadItMayReadAfterAChange() throws IOException {
        add("one");
        Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("rw-r-----"));
        Path link = Files.createSymbolicLink(folder.resolve("link.jwks"), path());
        new TokenKeyFile(link, InstantSource.system()).add(Algorithm.ES256, Optional.of("two"));
        assertThat(Files.getPosixFilePermissions(path()))
                .isEqualTo(Set.copyOf(PosixFilePermissions.fromString("rw-r-----")));
        assertThat(link).isSymbolicLink();
        assertThat(ids()).containsExactly("one", "two");
    }

    private Path lockFile() {
        return folder.resolve("tokens.jwks.lock");
    }

    @Test
    void ofTwoWhoChangeItAtOnceOneIsRefused() throws IOException {
        add("one");
        add("two");
        byte[] before = Files.readAllBytes(path());
        try (FileChannel other = FileChannel.open(lockFile(), StandardOpenOption.WRITE);
                FileLock held = other.lock()) {
            assertThat(held.isValid()).isTrue();
            assertThatThrownBy(() -> file().drop(Optional.empty())).hasMessageContaining("try again");
            assertThatThrownBy(() -> file().sign(Optional.empty())).hasMessageContaining("try again");
            assertThatThrownBy(() -> add("three")).hasMessageContaining("is being changed by somebody else right now");
            assertThat(path()).hasBinaryContent(before);
        }
        assertThat(file().drop(Optional.empty())).containsExactly("two");
    }

    @Test
    void publicHalvesHaveNothingThatIsSecret() throws IOException {
        add("one");
        file().add(Algorithm.PS256, Optional.of("two"));
        String text = file().publicText();
        assertThat(text).contains("\"one\"", "\"two\"").doesNotContain("\"d\"", "\"p\"", "\"q\"");
        Path checking = Files.writeString(folder.resolve("public.jwks"), text);
        TokenKeySet halves = TokenKeySet.read(checking, Optional.empty());
        assertThat(halves.isSecret()).isFalse();
        assertThat(halves.signingId()).isEmpty();
        assertThat(halves.told().stream().map(TokenKeySet.Told::thumbprint))
                .containsExactlyElementsOf(file().read().told().stream()
                        .map(TokenKeySet.Told::thumbprint)
                        .toList());
        file().add(Algorithm.HS256, Optional.of("three"));
        assertThatThrownBy(() -> file().publicText()).hasMessageContaining("\"three\" is a secret");
    }
}
