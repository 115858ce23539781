package io.quorate.kv;

import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/** The audit log as an exported file or a member tells it, and where its chain stands in the store. */
public final class AuditFuzzTargets implements FuzzTargets {

    private static final int HASH_DIGITS = 64;
    private static final String HASH_FIELD = ",\"hash\":\"";

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(line(), copy(), log());
    }

    private static FuzzTarget<?> line() {
        return FuzzTarget.of(
                        "audit-record",
                        random -> ascii(record(1 + random.nextInt(9), AuditRecord.BEGINNING, random)
                                .line()),
                        input -> AuditRecord.parse(text(input)),
                        DecodeException.class)
                .ofText()
                .sealedBy(input -> ascii(withHash(text(input))))
                .writtenBy(record -> record.line().getBytes(StandardCharsets.UTF_8), AuditRecord::isGenuine);
    }

    /** Whatever stands in the lines, they are judged; hashes are put right in some of them, as whoever forges them would. */
    private static FuzzTarget<?> copy() {
        return FuzzTarget.of("audit-copy", AuditFuzzTargets::lines, AuditFuzzTargets::problems, DecodeException.class)
                .ofText()
                .sealedBy(AuditFuzzTargets::withHashes)
                .within(4096, 256 << 10, 256);
    }

    /** Lines that hang together, the first of which may say what was given up. */
    private static byte[] lines(SplittableRandom random) {
        AuditLog log = AuditLog.NONE;
        StringBuilder lines = new StringBuilder();
        for (int count = 1 + random.nextInt(5); count > 0; count--) {
            AuditRecord record = random.nextInt(4) == 0
                    ? AuditRecord.of(log.last() + 1, log.head(), AuditChain.givenUp(log.first(), log))
                    : record(log.last() + 1, log.head(), random);
            lines.append(record.line()).append('\n');
            log = log.with(record, random.nextInt(1000));
            if (random.nextInt(4) == 0) {
                log = log.without(record, 0);
            }
        }
        return ascii(lines.toString());
    }

    private static List<String> problems(byte[] input) throws DecodeException {
        AuditChain chain = new AuditChain();
        text(input).lines().forEach(chain::add);
        List<String> problems = chain.problems();
        if (!problems.isEmpty()) {
            throw new DecodeException(String.join("; ", problems));
        }
        return problems;
    }

    private static byte[] withHashes(byte[] input) {
        List<String> lines = new ArrayList<>();
        text(input).lines().forEach(line -> lines.add(withHash(line)));
        return ascii(String.join("\n", lines));
    }

    /** The line with the hash that it should have, if it ends as one does. */
    private static String withHash(String line) {
        int at = line.length() - HASH_FIELD.length() - HASH_DIGITS - 2;
        if (at < 0 || !line.startsWith(HASH_FIELD, at)) {
            return line;
        }
        String head = line.substring(0, at);
        return head + HASH_FIELD + sha256(head + "}") + "\"}";
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static AuditRecord record(long number, String previous, SplittableRandom random) {
        AuditEvent event = new AuditEvent(
                random.nextLong(1L << 45),
                random.nextInt(3),
                "us\u00e9r\"",
                "10.0.0." + random.nextInt(9),
                oneOf(AuditEvent.Kind.values(), random),
                "give up",
                "records 1 to " + random.nextInt(9) + ", the last with hash " + AuditRecord.BEGINNING,
                AuditEvent.OK,
                1 + random.nextInt(9));
        return AuditRecord.of(number, previous, event);
    }

    private static <T> T oneOf(T[] values, SplittableRandom random) {
        return values[random.nextInt(values.length)];
    }

    private static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static FuzzTarget<?> log() {
        return FuzzTarget.of("store-audit", AuditFuzzTargets::logSample, AuditCodec::decode, DecodeException.class)
                .writtenBy(AuditCodec::encode);
    }

    private static byte[] logSample(SplittableRandom random) {
        List<AuditRule> rules = new ArrayList<>();
        for (int count = random.nextInt(4); count > 0; count--) {
            Permission.Access access = oneOf(Permission.Access.values(), random);
            rules.add(new AuditRule(access, Bytes.utf8("key" + count), Bytes.utf8("z"), "ann"));
        }
        AuditSettings settings = new AuditSettings(rules, random.nextInt(1000), random.nextLong() >>> 1);
        AuditLog log = new AuditLog(
                random.nextInt(9), AuditRecord.BEGINNING, 1, AuditRecord.BEGINNING, random.nextInt(99), 7, settings);
        return AuditCodec.encode(log);
    }
}
