package io.quorate.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.quorate.bench.cost.Costs;
import io.quorate.bench.load.Failure;
import io.quorate.bench.load.LoadPlan;
import io.quorate.bench.load.Repetition;
import io.quorate.bench.load.Second;
import io.quorate.bench.load.Tally;
import io.quorate.bench.load.Workload;
import io.quorate.bench.phase.PhaseHistograms;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** A report for programs: one object on a line for each repetition, and one for the whole. What is not known is null. */
public final class LoadJson {

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    private LoadJson() {}

    /** The line of one repetition, of the target of this name. */
    public static String line(LoadPlan plan, String target, Repetition repetition) {
        JsonObject line = new JsonObject();
        line.addProperty("type", "repetition");
        line.addProperty("workload", plan.workload().text());
        line.addProperty("target", target);
        line.addProperty("repetition", repetition.number());
        JsonArray requests = new JsonArray();
        repetition.tallies().forEach(tally -> requests.add(requests(tally)));
        line.add("requests", requests);
        line.add("members", members(repetition));
        line.add("phases", phases(repetition.phases().map(PhaseHistograms::rows).orElse(List.of())));
        JsonArray seconds = new JsonArray();
        repetition.seconds().forEach(second -> seconds.add(second(second)));
        line.add("seconds", seconds);
        return GSON.toJson(line);
    }

    private static JsonObject requests(Tally tally) {
        JsonObject object = new JsonObject();
        object.addProperty("kind", tally.name());
        object.addProperty("completed", tally.completed());
        Figure.ofRequests().forEach(figure -> object.add(figure.key(), number(figure.of(tally, Costs.UNKNOWN))));
        JsonArray failures = new JsonArray();
        tally.failures().forEach((failure, times) -> failures.add(failure(failure, times)));
        object.add("failures", failures);
        return object;
    }

    private static JsonObject failure(Failure failure, long times) {
        JsonObject object = new JsonObject();
        object.addProperty("outcome", failure.outcome().name().toLowerCase(Locale.ROOT));
        object.addProperty("reason", failure.text());
        object.addProperty("times", times);
        return object;
    }

    private static JsonObject members(Repetition repetition) {
        JsonObject object = new JsonObject();
        Figure.ofMembers()
                .forEach(figure -> object.add(figure.key(), number(figure.of(repetition.all(), repetition.costs()))));
        return object;
    }

    /** Of writes; none if the members do not tell of them. */
    private static JsonArray phases(List<PhaseHistograms.Phase> phases) {
        JsonArray array = new JsonArray();
        for (PhaseHistograms.Phase phase : phases) {
            JsonObject object = new JsonObject();
            object.addProperty("phase", phase.name());
            object.addProperty("share", phase.share());
            object.addProperty("writes", phase.count());
            object.addProperty("mean_micros", phase.meanMicros());
            object.addProperty("p50_micros", phase.p50Micros());
            object.addProperty("p99_micros", phase.p99Micros());
            array.add(object);
        }
        return array;
    }

    private static JsonObject second(Second second) {
        JsonObject object = new JsonObject();
        object.addProperty("at_seconds", second.atSeconds());
        object.addProperty("ops_per_second", second.opsPerSecond());
        object.add("p50_micros", number(second.p50Micros()));
        object.add("p99_micros", number(second.p99Micros()));
        object.addProperty("failures", second.failures());
        return object;
    }

    /** The last line: medians of each target, and their ratios if there are two. */
    public static String summary(LoadReport report) {
        JsonObject line = new JsonObject();
        line.addProperty("type", "summary");
        line.add("plan", plan(report.plan()));
        JsonArray targets = new JsonArray();
        report.targets().forEach(target -> targets.add(target(target)));
        line.add("targets", targets);
        report.comparison().ifPresent(comparison -> line.add("ratios", ratios(comparison)));
        return GSON.toJson(line);
    }

    private static JsonObject plan(LoadPlan plan) {
        JsonObject object = new JsonObject();
        object.addProperty("workload", plan.workload().text());
        object.addProperty("clients", plan.clients());
        object.addProperty("connections", plan.connections());
        object.addProperty("loop", plan.pace().ratePerSecond().isPresent() ? "open" : "closed");
        object.add(
                "rate_per_second",
                plan.pace().ratePerSecond().<JsonElement>map(JsonPrimitive::new).orElse(JsonNull.INSTANCE));
        object.addProperty("duration_millis", plan.pace().duration().toMillis());
        object.addProperty("warmup_millis", plan.pace().warmup().toMillis());
        object.addProperty("repetitions", plan.pace().repetitions());
        object.addProperty("keys", plan.data().keys());
        object.addProperty("key_bytes", plan.data().keyBytes());
        object.addProperty("value_bytes", plan.data().valueBytes());
        if (plan.workload() == Workload.MIXED) {
            object.addProperty("read_share", plan.readShare());
        }
        if (plan.workload() == Workload.WATCH) {
            object.addProperty("watchers", plan.watchers());
        }
        object.addProperty("timeout_millis", plan.timeout().toMillis());
        return object;
    }

    private static JsonObject target(TargetReport target) {
        JsonObject object = new JsonObject();
        object.addProperty("target", target.target().name());
        object.addProperty("endpoints", target.target().addresses());
        JsonArray requests = new JsonArray();
        for (String name : target.names()) {
            JsonObject one = new JsonObject();
            one.addProperty("kind", name);
            Figure.ofRequests().forEach(figure -> one.add(figure.key(), number(target.median(figure, name))));
            one.addProperty("failed", target.failed(name));
            requests.add(one);
        }
        object.add("requests", requests);
        JsonObject members = new JsonObject();
        Figure.ofMembers().forEach(figure -> members.add(figure.key(), number(target.median(figure))));
        object.add("members", members);
        object.add("phases", phases(target.phases()));
        JsonArray failures = new JsonArray();
        for (Map.Entry<Failure, Long> failure : target.failures()) {
            failures.add(failure(failure.getKey(), failure.getValue()));
        }
        object.add("failures", failures);
        JsonArray notes = new JsonArray();
        target.notes().forEach(notes::add);
        object.add("notes", notes);
        return object;
    }

    private static JsonArray ratios(Comparison comparison) {
        JsonArray ratios = new JsonArray();
        for (Comparison.Ratio ratio : comparison.ratios()) {
            JsonObject object = new JsonObject();
            object.addProperty("of", ratio.of());
            object.addProperty("figure", ratio.figure().key());
            object.addProperty("ratio", ratio.ofMedians());
            object.addProperty("lowest", ratio.lowest());
            object.addProperty("highest", ratio.highest());
            ratios.add(object);
        }
        return ratios;
    }

    private static JsonElement number(OptionalDouble value) {
        return value.isPresent() ? new JsonPrimitive(value.getAsDouble()) : JsonNull.INSTANCE;
    }
}
