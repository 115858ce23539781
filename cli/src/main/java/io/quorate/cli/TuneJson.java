package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.bench.metrics.DurationHistogram;
import io.quorate.bench.phase.PhaseHistograms.Phase;
import io.quorate.server.ServerConfig;
import io.quorate.server.tuning.Trial;

/** What {@code quorate tune} tells programs; what is not known is left out. */
final class TuneJson {

    private TuneJson() {}

    static JsonObject of(TuneReport report) {
        JsonObject answer = new JsonObject();
        answer.addProperty("length_millis", report.length().toMillis());
        answer.addProperty("writes", report.phases().writes());
        answer.addProperty("writes_per_second", report.perSecond());
        JsonArray phases = new JsonArray();
        report.phases().rows().forEach(phase -> phases.add(phase(phase)));
        answer.add("phases", phases);
        answer.add("whole", whole(report.phases().whole()));
        report.bestCommitMicros().ifPresent(micros -> answer.addProperty("best_commit_micros", micros));
        report.sent().ifPresent(sent -> {
            answer.addProperty("max_batch_bytes", sent.maxBatchBytes());
            answer.addProperty("max_inflight_messages", sent.maxInflightMessages());
        });
        JsonArray proposals = new JsonArray();
        report.trials().forEach(trial -> proposals.add(trial(trial)));
        report.timeouts().ifPresent(advice -> {
            advice.timing()
                    .ifPresent(timing -> timeouts(timing, advice.reason()).forEach(proposals::add));
            if (advice.timing().isEmpty()) {
                answer.addProperty("trouble", advice.reason());
            }
        });
        answer.add("proposals", proposals);
        return answer;
    }

    private static JsonObject phase(Phase phase) {
        JsonObject one = new JsonObject();
        one.addProperty("phase", phase.name());
        one.addProperty("within_commit", phase.isWithinCommit());
        one.addProperty("share", phase.share());
        one.addProperty("writes", phase.count());
        one.addProperty("mean_micros", phase.meanMicros());
        one.addProperty("p50_micros", phase.p50Micros());
        one.addProperty("p99_micros", phase.p99Micros());
        return one;
    }

    private static JsonObject whole(DurationHistogram durations) {
        JsonObject one = new JsonObject();
        durations.meanMicros().ifPresent(micros -> one.addProperty("mean_micros", micros));
        durations.percentileMicros(50).ifPresent(micros -> one.addProperty("p50_micros", micros));
        durations.percentileMicros(99).ifPresent(micros -> one.addProperty("p99_micros", micros));
        return one;
    }

    private static JsonObject trial(Trial trial) {
        JsonObject one = new JsonObject();
        one.addProperty("flag", trial.flag());
        one.addProperty("now", trial.now());
        one.addProperty("reason", trial.reason());
        trial.gain().ifPresent(share -> one.addProperty("saves_at_most", share));
        return one;
    }

    private static JsonArray timeouts(ServerConfig.Timing timing, String reason) {
        JsonArray both = new JsonArray();
        both.add(timeout("--election-timeout", timing.electionTimeout().toMillis(), reason));
        both.add(timeout("--heartbeat-interval", timing.heartbeatInterval().toMillis(), reason));
        return both;
    }

    private static JsonObject timeout(String flag, long millis, String reason) {
        JsonObject one = new JsonObject();
        one.addProperty("flag", flag + " " + millis);
        one.addProperty("reason", reason);
        return one;
    }
}
