package io.quorate.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** Who asks for an operation, for its record: the user and the machine, as that machine knows them; nobody proves that. */
final class Asker {

    private static final Path LINUX_HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private Asker() {}

    /** Such as {@code ann@host42}. */
    static String ofThisProcess() {
        return System.getProperty("user.name", "?") + "@" + host();
    }

    /** From the kernel where that tells it: a name server may take long to say the same. */
    private static String host() {
        try {
            return Files.isReadable(LINUX_HOST_NAME)
                    ? Files.readString(LINUX_HOST_NAME).strip()
                    : InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "?";
        }
    }
}
