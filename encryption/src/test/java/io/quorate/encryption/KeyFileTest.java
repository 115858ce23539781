package io.quorate.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Rings that come from files and commands. */
@DisabledOnOs(OS.WINDOWS)
class KeyFileTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void writeRing() throws IOException {
        file = folder.resolve("keys");
        Files.writeString(file, KeyRingText.line("spring", new byte[32]));
        mode("rw-------");
    }

    private void mode(String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void aFileIsReadThatItsOwnerAndAGroupMayRead() throws Exception {
        assertThat(KeyFile.read(file).currentId()).isEqualTo("spring");
        mode("r--r-----");
        assertThat(KeyFile.read(file).ids()).containsExactly("spring");
    }

    @Test
    void aFileThatOthersMayReadOrChangeIsRefused() throws Exception {
        for (String open : new String[] {"rw----r--", "rw-rw----", "rw-----w-"}) {
            mode(open);
            assertThatThrownBy(() -> KeyFile.read(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageEndingWith("'chmod 600 " + file + "' closes it");
        }
    }

    @Test
    void aFileThatIsMissingOrTooLargeIsRefused() throws Exception {
        assertThatThrownBy(() -> KeyFile.read(folder.resolve("other")))
                .isInstanceOf(IOException.class)
                .hasMessage("there is no key ring " + folder.resolve("other")
                        + "; './quorate encryption new-key' makes one");
        Files.writeString(file, "#".repeat(KeyFile.MAX_BYTES + 1));
        assertThatThrownBy(() -> KeyFile.read(file)).hasMessage(file + " is too large for a key ring");
    }

    @Test
    void aNewKeyIsPutInFrontOfTheOthersAndTheFileIsOpenToTheSameAsBefore() throws Exception {
        String before = Files.readString(file);
        mode("rw-r-----");
        assertThat(KeyFile.addNew(file, Optional.of("summer"))).isEqualTo("summer");
        assertThat(KeyFile.addNew(file, Optional.empty())).isEqualTo("key-1");

        assertThat(KeyFile.read(file).ids()).containsExactly("key-1", "summer", "spring");
        assertThat(Files.readString(file)).endsWith(before);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> KeyFile.addNew(file, Optional.of("spring")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has a key spring already");
        assertThatThrownBy(() -> KeyFile.addNew(file, Optional.of("a b"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(KeyFile.read(file).ids()).hasSize(3);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(file, lockFile());
        }
    }

    private Path lockFile() {
        return folder.resolve("keys.lock");
    }

    @Test
    void ofTwoWhoAddAKeyAtOnceOneIsRefused() throws Exception {
        String before = Files.readString(file);
        try (FileChannel other = FileChannel.open(lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = other.lock()) {
            assertThat(held.isValid()).isTrue();
            assertThatThrownBy(() -> KeyFile.addNew(file, Optional.empty()))
                    .hasMessageContaining("is being changed by somebody else right now");
        }
        assertThat(file).hasContent(before);
        assertThat(KeyFile.addNew(file, Optional.empty())).isEqualTo("key-1");
    }

    /** Or the file's owner could not change it any more once the superuser has. */
    @Test
    void theLockBelongsToWhomTheFileBelongs() throws Exception {
        UserPrincipal another = another();
        assumeTrue(mayGiveAway(another), "only the superuser gives files away");
        KeyFile.addNew(file, Optional.empty());
        assertThat(Files.getOwner(lockFile())).isEqualTo(another);
        assertThat(Files.getOwner(file)).isEqualTo(another);
    }

    private static UserPrincipal another() throws IOException {
        try {
            return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
        } catch (UserPrincipalNotFoundException e) {
            return abort("there is no user nobody");
        }
    }

    private boolean mayGiveAway(UserPrincipal another) throws IOException {
        try {
            Files.setOwner(file, another);
            return true;
        } catch (FileSystemException e) {
            return false;
        }
    }

    @Test
    void aLockThatCannotBeUsedIsToldInASentence() throws Exception {
        Files.createDirectory(lockFile());
        assertThatThrownBy(() -> KeyFile.addNew(file, Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("its lock " + lockFile().toRealPath() + " cannot be used");
        assertThat(KeyFile.read(file).ids()).containsExactly("spring");
    }

    @Test
    void aRingIsMadeWhereThereIsNoneAndNothingElseIsWrittenOver() throws Exception {
        Path fresh = folder.resolve("fresh");
        assertThat(KeyFile.addNew(fresh, Optional.empty())).isEqualTo("key-1");
        assertThat(KeyFile.read(fresh).currentId()).isEqualTo("key-1");

        Path other = Files.writeString(folder.resolve("other"), "some other file\n");
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> KeyFile.addNew(other, Optional.empty())).isInstanceOf(IOException.class);
        assertThat(other).hasContent("some other file");
    }

    @Test
    void aCommandPrintsARing() throws Exception {
        assertThat(KeyCommand.run("cat '" + file + "'", LONG).currentId()).isEqualTo("spring");
    }

    @Test
    void aCommandThatFailsOrPrintsNoRingIsRefusedWithoutWhatItPrinted() {
        refused("cat '" + file + "'; exit 3", LONG, "' ended with exit code 3");
        refused("true", LONG, "' prints has no key");
        refused("echo spring secret-secret", LONG, "' prints has a key that is not in base64");
        refused("yes", LONG, "' prints more than a key ring can have");
    }

    @Test
    void aCommandThatDoesNotEndIsEnded() {
        refused("sleep 1000", Duration.ofMillis(50), "has not ended within 0.05 s");
        refused("exec >&-; sleep 1000", Duration.ofMillis(50), "has not ended within 0.05 s");
    }

    private static void refused(String command, Duration deadline, String part) {
        assertThatThrownBy(() -> KeyCommand.run(command, deadline))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(part)
                .message()
                .doesNotContain("AAAA");
    }
}
