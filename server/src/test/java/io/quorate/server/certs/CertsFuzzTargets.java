package io.quorate.server.certs;

import io.quorate.server.certs.IssuedCertificates.Entry;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What a CA's folder keeps beside certificates and lists, which {@code TlsFuzzTargets} has. */
public final class CertsFuzzTargets implements FuzzTargets {

    @Override
    public List<FuzzTarget<?>> targets() {
        IssuedCertificates issued = new IssuedCertificates(Path.of("certs"));
        return List.of(FuzzTarget.of("issued-certificates", CertsFuzzTargets::sample, issued::parse, IOException.class)
                .ofText()
                .writtenBy(entries -> IssuedCertificates.text(entries).getBytes(StandardCharsets.UTF_8))
                .within(4096, 64 << 10, 128));
    }

    private static byte[] sample(SplittableRandom random) {
        List<Entry> entries = new ArrayList<>();
        for (int count = random.nextInt(6); count > 0; count--) {
            byte[] serial = new byte[1 + random.nextInt(20)];
            random.nextBytes(serial);
            entries.add(new Entry(
                    new BigInteger(1, serial),
                    Instant.ofEpochSecond(random.nextLong(1L << 33), random.nextInt(2) * 1000L),
                    random.nextBoolean() ? "m\u00fcller" : "member-" + count));
        }
        return IssuedCertificates.text(entries).getBytes(StandardCharsets.UTF_8);
    }
}
