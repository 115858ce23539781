package io.quorate.simulator.enumeration;

/** How the bytes of an entry are damaged where they lie. */
public enum Damage {
    /** One bit turns over. */
    BIT {
        @Override
        void apply(byte[] file, int offset, int length) {
            file[offset + length / 2] ^= 0x10;
        }
    },
    /** All bytes are others. */
    BYTES {
        @Override
        void apply(byte[] file, int offset, int length) {
            for (int i = 0; i < length; i++) {
                file[offset + i] ^= (byte) (0x55 + i);
            }
        }
    },
    /** All bytes are zeros. */
    ZEROS {
        @Override
        void apply(byte[] file, int offset, int length) {
            for (int i = 0; i < length; i++) {
                file[offset + i] = 0;
            }
        }
    };

    abstract void apply(byte[] file, int offset, int length);
}
