package io.quorate.cli.soak;

/**
 * Something that a member has to bear.
 *
 * @param name what it is, in a few words
 */
record Abuse(String name, Action action) {

    /** Does it to one member, once. */
    interface Action {

        /** Does it to the member of this number, from 0 on. */
        void doTo(int member) throws Exception;
    }
}
