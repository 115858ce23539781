package io.quorate.simulator.enumeration;

/** Something that happens to the bytes of an entry where they lie. */
@FunctionalInterface
interface Corruption {

    /** Changes a file, in which the entry takes {@code length} bytes from {@code offset} on. */
    void apply(byte[] file, int offset, int length);
}
