package io.quorate.cli;

import java.io.IOException;

/** What runs the members of this process: the one place where the commands meet the server. */
final class Members {

    private Members() {}

    static MemberFactory factory() {
        return config -> {
            throw new IOException("this build has no server");
        };
    }
}
