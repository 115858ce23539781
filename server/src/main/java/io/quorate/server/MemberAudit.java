package io.quorate.server;

import io.quorate.engine.RaftNode;
import io.quorate.kv.AuditEvents;
import io.quorate.kv.AuditLog;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.server.audit.AuditListener;
import io.quorate.server.audit.AuditReadiness;
import io.quorate.server.audit.AuditTrail;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member puts on record, on its node and its clocks.
 *
 * @param trail takes the events
 * @param readiness whether all members know of records
 */
record MemberAudit(AuditTrail trail, AuditReadiness readiness) {

    private static final Logger LOG = LoggerFactory.getLogger(MemberAudit.class);

    /** How often what was too much to be told one by one is put on record as a number. */
    private static final Duration COUNT_INTERVAL = Duration.ofSeconds(1);

    /** How often it is looked whether a leader has to be told that this member knows of records. */
    private static final Duration READINESS_INTERVAL = Duration.ofMillis(200);

    private static final Duration RETRY_DELAY = Duration.ofMillis(500);

    /** Begins to put on record what it is told. */
    static MemberAudit start(ServerConfig config, MemberNode member, AuditListener listener, OpenParts parts) {
        RaftNode<Result> node = member.node();
        MvccStore store = member.machine().store();
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1,
                task -> Thread.ofPlatform()
                        .daemon()
                        .name(config.name() + "-audit")
                        .unstarted(task));
        parts.add(timer::shutdownNow);
        AuditReadiness readiness = new AuditReadiness(
                node.self(), node::status, () -> store.auditLog().hasBegun(), node::askLeader, System::nanoTime, timer);
        AuditTrail trail = parts.add(new AuditTrail(
                new Replicated(node, store, readiness),
                node.self().value(),
                new MemberTime(timer),
                listener,
                LOG::warn));
        repeat(timer, COUNT_INTERVAL, trail::tick);
        repeat(timer, READINESS_INTERVAL, readiness::look);
        return new MemberAudit(trail, readiness);
    }

    private static void repeat(ScheduledThreadPoolExecutor timer, Duration interval, Runnable task) {
        Future<?> unused = timer.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        LOG.warn("What is done regularly for the audit log failed this time: {}", e.toString(), e);
                    }
                },
                interval.toNanos(),
                interval.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private record Replicated(RaftNode<Result> node, MvccStore store, AuditReadiness readiness)
            implements AuditTrail.Replication {

        @Override
        public AuditLog log() {
            return store.auditLog();
        }

        @Override
        public CompletableFuture<Boolean> mayBegin() {
            return readiness.ready();
        }

        @Override
        public CompletableFuture<Result> propose(AuditEvents events) {
            return node.propose(ByteBuffer.wrap(CommandCodec.encode(events)));
        }
    }

    private record MemberTime(ScheduledThreadPoolExecutor timer) implements AuditTrail.Time {

        @Override
        public long millis() {
            return System.currentTimeMillis();
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void later(Runnable task) {
            try {
                Future<?> unused = timer.schedule(task, RETRY_DELAY.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("the member stops, and puts nothing on record any more");
            }
        }
    }
}
