package io.quorate.server.autopilot;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.List;
import java.util.Objects;

/**
 * What a member tells of its autopilot. Immutable.
 *
 * <p>As JSON each component is a field of the same name in lower case with underscores. Ids are unsigned and in hexadecimal; what is
 * not known is an empty text.
 *
 * @param on whether it has a policy
 * @param leads whether it leads, and so acts
 * @param leaderId who leads, as far as it knows
 * @param leaderName what people call that one
 * @param next what it would do next
 * @param members as the leader sees them; empty unless it leads and has a policy
 * @param lastActions of whichever member, the latest first
 */
public record AutopilotReport(
        String memberId,
        String name,
        boolean on,
        boolean leads,
        String leaderId,
        String leaderName,
        long term,
        Policy policy,
        Next next,
        List<Observed> members,
        List<Action> lastActions) {

    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .disableHtmlEscaping()
            .create();

    public AutopilotReport {
        Objects.requireNonNull(memberId);
        Objects.requireNonNull(name);
        Objects.requireNonNull(policy);
        Objects.requireNonNull(next);
        members = List.copyOf(members);
        lastActions = List.copyOf(lastActions);
    }

    /**
     * The policy; times in milliseconds.
     *
     * @param promoteLearnersAfterMillis 0: not done
     * @param replaceDeadAfterMillis 0: not done
     */
    public record Policy(
            long promoteLearnersAfterMillis, long replaceDeadAfterMillis, List<String> spares, boolean balanceZones) {

        public Policy {
            spares = List.copyOf(spares);
        }

        static Policy of(AutopilotPolicy policy) {
            return new Policy(
                    policy.promoteLearnersAfter().map(time -> time.toMillis()).orElse(0L),
                    policy.replaceDeadAfter().map(time -> time.toMillis()).orElse(0L),
                    policy.spares(),
                    policy.balanceZones());
        }
    }

    /**
     * What comes next.
     *
     * @param state {@code nothing}, {@code waiting} or {@code acting}
     * @param what is done, or waited for; why nothing is
     * @param reason why it is done
     * @param leftMillis how long is waited yet
     */
    public record Next(String state, String what, String reason, long leftMillis) {}

    /**
     * A member in the leader's eyes.
     *
     * @param role leader, voter, spare or learner
     * @param condition steady, behind or silent
     * @param sinceMillis for how long without a break
     */
    public record Observed(
            String memberId, String name, String zone, String role, String condition, long sinceMillis) {}

    /**
     * Something that was done.
     *
     * @param operation its number among the operations on record
     * @param beganMillis since 1970
     * @param state as that of any operation
     */
    public record Action(long operation, long beganMillis, String state, String title, String reason, String outcome) {}

    public String toJson() {
        return GSON.toJson(this);
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if the text is no such report
     */
    public static AutopilotReport ofJson(String json) {
        try {
            AutopilotReport report = GSON.fromJson(json, AutopilotReport.class);
            if (report != null) {
                return report;
            }
        } catch (RuntimeException e) {
            // Gson throws whatever a record's constructor throws, wrapped.
            throw new IllegalArgumentException("this is no report of an autopilot: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("this is no report of an autopilot: it is empty");
    }
}
