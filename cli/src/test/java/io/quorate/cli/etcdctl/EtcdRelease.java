package io.quorate.cli.etcdctl;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The releases of etcd whose programs the tests run. */
public enum EtcdRelease {

    /** Debian 12's, as it is installed: what the API is held to. */
    V3_4,

    /** Debian 13's, which {@code ./test --all} unpacks: what is newer in clients and files. */
    V3_5;

    private static final String FOLDER_VARIABLE = "QUORATE_ETCD_35";

    /** What members are compared with: the first, unless {@code -Dquorate.test.differential.etcd=V3_5} says otherwise. */
    public static EtcdRelease compared() {
        return valueOf(System.getProperty("quorate.test.differential.etcd", V3_4.name()));
    }

    /** What starts one of its programs. */
    public String program(String name) {
        return switch (this) {
            case V3_4 -> name;
            case V3_5 -> folder().resolve(name).toString();
        };
    }

    /** Puts its programs before all others in an environment. */
    void comeFirst(Map<String, String> environment) {
        if (this == V3_5) {
            environment.merge("PATH", folder().toString(), (path, folder) -> folder + ":" + path);
        }
    }

    /** Without it the test is skipped, and {@code ./test --all} says so and ends with 3. */
    private static Path folder() {
        String folder = System.getenv().getOrDefault(FOLDER_VARIABLE, "");
        Path path = Path.of(folder).toAbsolutePath();
        assumeThat(!folder.isEmpty() && Files.isExecutable(path.resolve("etcdctl")))
                .as("%s, \"%s\", is the directory of etcd 3.5's programs", FOLDER_VARIABLE, folder)
                .isTrue();
        return path;
    }
}
