package io.quorate.simulator.enumeration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Where some bytes stand among others. */
final class ByteSearch {

    private ByteSearch() {}

    /** All offsets at which {@code wanted} stands, in order. */
    static List<Integer> find(byte[] wanted, byte[] in) {
        List<Integer> places = new ArrayList<>();
        for (int at = 0; at + wanted.length <= in.length; at++) {
            if (in[at] == wanted[0] && Arrays.equals(in, at, at + wanted.length, wanted, 0, wanted.length)) {
                places.add(at);
            }
        }
        return places;
    }
}
