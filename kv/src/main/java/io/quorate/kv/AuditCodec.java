package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The bytes that stand for what is put on record, in the log and in the store. */
final class AuditCodec {
    static final int EVENTS = 70;
    static final int AUDITED = 71;
    static final int SETTINGS = 72;
    static final int SETTINGS_IF = 73;

    private static final List<AuditEvent.Kind> KINDS = List.of(AuditEvent.Kind.values());
    private static final List<Permission.Access> ACCESSES = List.of(Permission.Access.values());

    private AuditCodec() {}

    static void writeOrigin(ByteWriter out, AuditOrigin origin) {
        out.varint(origin.millis());
        out.u64(origin.member());
        out.text(origin.address());
    }

    static AuditOrigin readOrigin(ByteReader in) throws DecodeException {
        return new AuditOrigin(in.varint(), in.u64(), in.text());
    }

    static void writeEvents(ByteWriter out, AuditEvents events) {
        out.varint(events.events().size());
        events.events().forEach(event -> write(out, event));
    }

    static AuditEvents readEvents(ByteReader in) throws DecodeException {
        int count = in.count();
        if (count == 0 || count > AuditEvents.MAX_EVENTS) {
            throw new DecodeException(count + " events in one command");
        }
        List<AuditEvent> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(readEvent(in));
        }
        return new AuditEvents(events);
    }

    private static void write(ByteWriter out, AuditEvent event) {
        out.varint(event.millis());
        out.u64(event.member());
        out.text(event.user());
        out.text(event.address());
        out.u8(event.kind().number());
        out.text(event.action());
        out.text(event.object());
        out.text(event.result());
        out.varint(event.count());
    }

    private static AuditEvent readEvent(ByteReader in) throws DecodeException {
        long millis = in.varint();
        long member = in.u64();
        String user = text(in);
        String address = text(in);
        AuditEvent.Kind kind = OperationCodec.readEnum(in, KINDS);
        String action = text(in);
        String object = text(in);
        String result = text(in);
        long count = in.varint();
        if (count < 1) {
            throw new DecodeException("an event that happened " + count + " times");
        }
        return new AuditEvent(millis, member, user, address, kind, action, object, result, count);
    }

    private static String text(ByteReader in) throws DecodeException {
        String text = in.text();
        if (text.length() > AuditEvent.MAX_TEXT) {
            throw new DecodeException("a text of " + text.length() + " characters in an event");
        }
        return text;
    }

    static void write(ByteWriter out, ChangeAuditSettings change) {
        out.u8(change.expected().isPresent() ? SETTINGS_IF : SETTINGS);
        change.expected().ifPresent(expected -> writeSettings(out, expected));
        writeSettings(out, change.settings());
    }

    static ChangeAuditSettings readChange(ByteReader in) throws DecodeException {
        return new ChangeAuditSettings(readSettings(in));
    }

    static ChangeAuditSettings readConditionalChange(ByteReader in) throws DecodeException {
        AuditSettings expected = readSettings(in);
        return new ChangeAuditSettings(readSettings(in), Optional.of(expected));
    }

    static void writeSettings(ByteWriter out, AuditSettings settings) {
        out.varint(settings.rules().size());
        for (AuditRule rule : settings.rules()) {
            out.u8(rule.access().number());
            out.bytes(rule.key());
            out.bytes(rule.rangeEnd());
            out.text(rule.user());
        }
        out.varint(settings.maxRecords());
        out.varint(settings.maxBytes());
    }

    static AuditSettings readSettings(ByteReader in) throws DecodeException {
        int count = in.count();
        List<AuditRule> rules = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rules.add(new AuditRule(OperationCodec.readEnum(in, ACCESSES), in.bytes(), in.bytes(), in.text()));
        }
        return new AuditSettings(rules, in.varint(), in.varint());
    }

    static byte[] encode(AuditLog log) {
        ByteWriter out = new ByteWriter(256);
        out.varint(log.last());
        out.text(log.head());
        out.varint(log.first());
        out.text(log.anchor());
        out.varint(log.bytes());
        out.varint(log.lastMillis());
        writeSettings(out, log.settings());
        return out.toByteArray();
    }

    static AuditLog decode(byte[] encoded) throws DecodeException {
        ByteReader in = new ByteReader(Bytes.wrap(encoded));
        AuditLog log = new AuditLog(
                in.varint(), in.text(), in.varint(), in.text(), in.varint(), in.varint(), readSettings(in));
        in.expectEnd();
        return log;
    }
}
