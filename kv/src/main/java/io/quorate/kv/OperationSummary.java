package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;

/**
 * What an operation's report says of it, as far as it belongs in the audit log. Immutable.
 *
 * <p>A report is the manager's message {@code OperationReport}, which is told here by the numbers of its fields: they never get another meaning.
 * All members must read the same of it, whichever release they have, and this module knows no messages.
 *
 * @param title what was asked for
 * @param forced whether it was done although a check had refused it
 * @param steps in their order
 * @param outcome how it ended; empty while it goes on
 * @param askedBy who asked for it, as that one's machine says; empty if nobody did
 */
record OperationSummary(String title, boolean forced, List<Step> steps, String outcome, String askedBy) {

    /** What stands for a report that another release, or nobody, has written. */
    static final OperationSummary UNREADABLE =
            new OperationSummary("its report cannot be read", false, List.of(), "", "");

    /** Of an operation of which nothing is known. */
    static final OperationSummary NONE = new OperationSummary("", false, List.of(), "", "");

    /**
     * A part of an operation.
     *
     * @param result what came of it, or where it stands
     */
    record Step(String name, boolean done, String result) {}

    OperationSummary {
        steps = List.copyOf(steps);
    }

    static OperationSummary of(Bytes report) {
        try {
            return read(new ByteReader(report));
        } catch (DecodeException e) {
            return UNREADABLE;
        }
    }

    private static OperationSummary read(ByteReader in) throws DecodeException {
        String title = "";
        boolean forced = false;
        List<Step> steps = new ArrayList<>();
        String outcome = "";
        String askedBy = "";
        while (in.remaining() > 0) {
            Tag tag = Tag.read(in);
            switch (tag.field()) {
                case 1 -> title = tag.text(in);
                case 2 -> forced = tag.flag(in);
                case 4 -> steps.add(step(tag.message(in)));
                case 6 -> outcome = tag.text(in);
                case 7 -> askedBy = tag.text(in);
                default -> tag.skip(in);
            }
        }
        return new OperationSummary(title, forced, steps, outcome, askedBy);
    }

    private static Step step(ByteReader in) throws DecodeException {
        String name = "";
        boolean done = false;
        String result = "";
        while (in.remaining() > 0) {
            Tag tag = Tag.read(in);
            switch (tag.field()) {
                case 1 -> name = tag.text(in);
                case 2 -> done = tag.flag(in);
                case 3 -> result = tag.text(in);
                default -> tag.skip(in);
            }
        }
        return new Step(name, done, result);
    }

    /** What precedes a field in protobuf: its number, and how its value is written. */
    private record Tag(int field, int form) {
        private static final long MAX_FIELD = (1 << 29) - 1;
        private static final int VARINT = 0;
        private static final int EIGHT_BYTES = 1;
        private static final int LENGTH_AND_BYTES = 2;
        private static final int FOUR_BYTES = 5;

        static Tag read(ByteReader in) throws DecodeException {
            long tag = in.varint();
            long field = tag >>> 3;
            if (field == 0 || field > MAX_FIELD) {
                throw new DecodeException("there is no field " + field);
            }
            return new Tag((int) field, (int) (tag & 7));
        }

        String text(ByteReader in) throws DecodeException {
            require(LENGTH_AND_BYTES);
            return in.text();
        }

        boolean flag(ByteReader in) throws DecodeException {
            require(VARINT);
            return in.varint() != 0;
        }

        ByteReader message(ByteReader in) throws DecodeException {
            require(LENGTH_AND_BYTES);
            return new ByteReader(in.bytes());
        }

        void skip(ByteReader in) throws DecodeException {
            var unused = switch (form) {
                case VARINT -> in.varint();
                case EIGHT_BYTES -> in.u64();
                case LENGTH_AND_BYTES -> in.bytes().size();
                case FOUR_BYTES -> in.u8() + in.u8() + in.u8() + in.u8();
                default -> throw unknown();
            };
        }

        private void require(int expected) throws DecodeException {
            if (form != expected) {
                throw unknown();
            }
        }

        private DecodeException unknown() {
            return new DecodeException("field " + field + " in form " + form);
        }
    }
}
