package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The bytes that stand for marks, reports and what became of them, in the log and in the store. */
final class VerificationCodec {
    private VerificationCodec() {}

    static void writeVerify(ByteWriter out, Verify verify) {
        writeIds(out, verify.voters());
        writeIds(out, verify.learners());
    }

    static Verify readVerify(ByteReader in) throws DecodeException {
        List<Long> voters = readIds(in);
        List<Long> learners = readIds(in);
        Verify verify = new Verify(voters, learners);
        if (!verify.voters().equals(voters) || !verify.learners().equals(learners)) {
            throw new DecodeException("members that are not in order, or named twice");
        }
        return verify;
    }

    static void writeReport(ByteWriter out, DigestReport report) {
        out.varint(report.memberId());
        out.varint(report.verifyIndex());
        out.u64(report.total().first());
        out.u64(report.total().second());
        out.u64(report.total().third());
        out.u64(report.total().fourth());
        out.varint(report.buckets().size());
        report.buckets().forEach(out::u64);
    }

    static DigestReport readReport(ByteReader in) throws DecodeException {
        long memberId = in.varint();
        long verifyIndex = in.varint();
        DigestSum total = new DigestSum(in.u64(), in.u64(), in.u64(), in.u64());
        int count = in.count();
        List<Long> buckets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            buckets.add(in.u64());
        }
        return new DigestReport(memberId, verifyIndex, total, buckets);
    }

    static byte[] encode(Verification verification) {
        ByteWriter out = new ByteWriter(1024);
        out.varint(verification.verifyIndex());
        writeVerify(out, verification.round());
        out.varint(verification.reports().size());
        verification.reports().values().forEach(report -> writeReport(out, report));
        out.varint(verification.divergences().size());
        verification.divergences().values().forEach(divergence -> writeDivergence(out, divergence));
        writeIds(out, List.copyOf(verification.doubted()));
        return out.toByteArray();
    }

    static Verification decode(byte[] encoded) throws DecodeException {
        ByteReader in = new ByteReader(Bytes.wrap(encoded));
        long verifyIndex = in.varint();
        Verify round = readVerify(in);
        SortedMap<Long, DigestReport> reports = new TreeMap<>();
        for (int count = in.count(); count > 0; count--) {
            DigestReport report = readReport(in);
            reports.put(report.memberId(), report);
        }
        SortedMap<Long, Divergence> divergences = new TreeMap<>();
        for (int count = in.count(); count > 0; count--) {
            Divergence divergence = readDivergence(in);
            divergences.put(divergence.memberId(), divergence);
        }
        // A record of an earlier version ends here.
        SortedSet<Long> doubted = new TreeSet<>(in.remaining() == 0 ? List.of() : readIds(in));
        in.expectEnd();
        return new Verification(verifyIndex, round, reports, divergences, doubted);
    }

    private static void writeDivergence(ByteWriter out, Divergence divergence) {
        out.varint(divergence.memberId());
        out.varint(divergence.verifyIndex());
        out.varint(divergence.buckets().size());
        divergence.buckets().forEach(out::varint);
        out.u8(divergence.healthyMajority() ? 1 : 0);
    }

    private static Divergence readDivergence(ByteReader in) throws DecodeException {
        long memberId = in.varint();
        long verifyIndex = in.varint();
        List<Integer> buckets = new ArrayList<>();
        for (int count = in.count(); count > 0; count--) {
            buckets.add((int) in.varint());
        }
        return new Divergence(memberId, verifyIndex, buckets, OperationCodec.readFlags(in, 1) == 1);
    }

    private static void writeIds(ByteWriter out, List<Long> ids) {
        out.varint(ids.size());
        ids.forEach(out::varint);
    }

    private static List<Long> readIds(ByteReader in) throws DecodeException {
        int count = in.count();
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(in.varint());
        }
        return ids;
    }
}
