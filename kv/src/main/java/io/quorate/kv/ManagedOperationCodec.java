package io.quorate.kv;

import java.util.List;

/** The bytes that stand for the manager's operations, in the log and in the store. */
final class ManagedOperationCodec {
    private static final int FORCE = 1;
    private static final int TOOK = 2;
    private static final int ASIDE = 4;

    private ManagedOperationCodec() {}

    static void writeNote(ByteWriter out, NoteOperation note) {
        out.varint(note.id());
        out.u8(note.state().number());
        out.varint(note.nowMillis());
        out.u8((note.force() ? FORCE : 0) | (note.tookMillis() != 0 ? TOOK : 0) | (note.aside() ? ASIDE : 0));
        out.bytes(note.report());
        if (note.tookMillis() != 0) {
            out.varint(note.tookMillis());
        }
    }

    static NoteOperation readNote(ByteReader in) throws DecodeException {
        long id = in.varint();
        ManagedOperation.State state = OperationCodec.readEnum(in, List.of(ManagedOperation.State.values()));
        long nowMillis = in.varint();
        int flags = OperationCodec.readFlags(in, FORCE | TOOK | ASIDE);
        Bytes report = in.bytes();
        long tookMillis = (flags & TOOK) != 0 ? in.varint() : 0;
        if ((flags & TOOK) != 0 && tookMillis == 0) {
            throw new DecodeException("a time that is 0 is not written");
        }
        return new NoteOperation(id, state, nowMillis, (flags & FORCE) != 0, report, tookMillis, (flags & ASIDE) != 0);
    }

    static byte[] encode(ManagedOperation operation) {
        ByteWriter out = new ByteWriter(64 + operation.report().size());
        out.varint(operation.id());
        out.varint(operation.beganMillis());
        out.varint(operation.toldMillis());
        out.u8(operation.state().number());
        out.bytes(operation.report());
        // Nothing else follows, as in releases that knew of no such operations.
        if (operation.aside()) {
            out.u8(1);
        }
        return out.toByteArray();
    }

    static ManagedOperation decode(byte[] encoded) throws DecodeException {
        ByteReader in = new ByteReader(Bytes.wrap(encoded));
        ManagedOperation operation = new ManagedOperation(
                in.varint(),
                in.varint(),
                in.varint(),
                OperationCodec.readEnum(in, List.of(ManagedOperation.State.values())),
                in.bytes(),
                in.remaining() > 0 && OperationCodec.readFlags(in, 1) == 1);
        in.expectEnd();
        return operation;
    }
}
