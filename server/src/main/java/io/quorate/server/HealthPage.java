package io.quorate.server;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.quorate.server.wire.HttpAnswers;
import io.quorate.server.wire.SlowPages;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A page that tells whether all checks hold, as etcd's {@code /livez} and {@code /readyz} do: {@code ok}, or status 503 and
 * the reasons. {@code ?verbose} tells of each check also if all hold, {@code ?exclude=} leaves one out, {@code ?allowlist=}
 * all others.
 */
record HealthPage(List<Check> checks) implements SlowPages.Page {

    /**
     * A check.
     *
     * @param problem in words, if it does not hold
     */
    record Check(String name, Question problem) {}

    /** Looks what is wrong. */
    @FunctionalInterface
    interface Question {
        Optional<String> ask() throws InterruptedException;
    }

    HealthPage {
        checks = List.copyOf(checks);
    }

    @Override
    public FullHttpResponse get(Map<String, List<String>> query) throws InterruptedException {
        List<String> excluded = query.getOrDefault("exclude", List.of());
        List<String> allowed = query.getOrDefault("allowlist", List.of());
        if (!excluded.isEmpty() && !allowed.isEmpty()) {
            return HttpAnswers.text(HttpResponseStatus.BAD_REQUEST, "Give exclude or allowlist, not both.");
        }
        StringBuilder told = new StringBuilder();
        boolean holds = true;
        for (Check check : checks) {
            if (excluded.contains(check.name()) || (!allowed.isEmpty() && !allowed.contains(check.name()))) {
                continue;
            }
            Optional<String> problem = check.problem().ask();
            holds &= problem.isEmpty();
            told.append(problem.map(reason -> "[-]" + check.name() + " failed: " + reason)
                            .orElse("[+]" + check.name() + " ok"))
                    .append('\n');
        }
        if (!holds) {
            return HttpAnswers.text(
                    HttpResponseStatus.SERVICE_UNAVAILABLE, told.toString().stripTrailing());
        }
        return HttpAnswers.text(HttpResponseStatus.OK, (query.containsKey("verbose") ? told : "") + "ok");
    }
}
