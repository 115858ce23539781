package io.quorate.kv;

/** The bytes that stand for the manager's operations, in the log and in the store. */
final class ManagedOperationCodec {
    private ManagedOperationCodec() {}

    static void writeNote(ByteWriter out, NoteOperation note) {
        out.varint(note.id());
        out.u8(note.state().number());
        out.varint(note.nowMillis());
        out.u8(note.force() ? 1 : 0);
        out.bytes(note.report());
    }

    static NoteOperation readNote(ByteReader in) throws DecodeException {
        return new NoteOperation(
                in.varint(),
                OperationCodec.readEnum(in, ManagedOperation.State.values()),
                in.varint(),
                OperationCodec.readFlags(in, 1) == 1,
                in.bytes());
    }

    static byte[] encode(ManagedOperation operation) {
        ByteWriter out = new ByteWriter(64 + operation.report().size());
        out.varint(operation.id());
        out.varint(operation.beganMillis());
        out.varint(operation.toldMillis());
        out.u8(operation.state().number());
        out.bytes(operation.report());
        return out.toByteArray();
    }

    static ManagedOperation decode(byte[] encoded) throws DecodeException {
        ByteReader in = new ByteReader(Bytes.wrap(encoded));
        ManagedOperation operation = new ManagedOperation(
                in.varint(),
                in.varint(),
                in.varint(),
                OperationCodec.readEnum(in, ManagedOperation.State.values()),
                in.bytes());
        in.expectEnd();
        return operation;
    }
}
