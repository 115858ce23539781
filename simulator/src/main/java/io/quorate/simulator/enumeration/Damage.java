package io.quorate.simulator.enumeration;

/** How the bytes of an entry are damaged where they lie. */
public enum Damage implements Corruption {
    /** One bit turns over. */
    BIT {
        @Override
        public void apply(byte[] file, int offset, int length) {
            file[offset + length / 2] ^= 0x10;
        }
    },
    /** All bytes are others. */
    BYTES {
        @Override
        public void apply(byte[] file, int offset, int length) {
            for (int i = 0; i < length; i++) {
                file[offset + i] ^= (byte) (0x55 + i);
            }
        }
    },
    /** All bytes are zeros. */
    ZEROS {
        @Override
        public void apply(byte[] file, int offset, int length) {
            for (int i = 0; i < length; i++) {
                file[offset + i] = 0;
            }
        }
    }
}
