package io.quorate.cli;

/** What the process's exit code tells a script. */
final class ExitCode {

    static final int OK = 0;

    /** The command was understood and failed, or the cluster refused it: nothing was changed. */
    static final int FAILED = 1;

    /** The command line, the environment or the configuration file is wrong: nothing was tried. */
    static final int USAGE = 2;

    /** No endpoint could be reached: nothing was sent. */
    static final int UNREACHABLE = 3;

    /** A write was sent and no answer came: it may have been carried out, or may still be. */
    static final int UNKNOWN_OUTCOME = 4;

    /** A check was given up before it could tell: nothing is known. */
    static final int UNDECIDED = 5;

    private ExitCode() {}
}
