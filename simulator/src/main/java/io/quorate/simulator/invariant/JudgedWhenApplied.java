package io.quorate.simulator.invariant;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateMachine;
import io.quorate.kv.AuthState;
import io.quorate.kv.KvError;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.simulator.ClientNews;
import io.quorate.simulator.SimulatedMember;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a client asks for is judged by the users and roles as they are at its place in the log, and against their revision when
 * it said who it is; equally on all members (invariant 17). What is refused changes nothing; reads are judged by the users and
 * roles of the member's own place in the log; and after every batch and every snapshot each member has the users and roles of
 * that place.
 *
 * <p>The naive model says what has to come of each command. That it is the same on all members is judged by {@link
 * SameCommandsSameState}.
 */
final class JudgedWhenApplied implements Invariant {

    /** What only users, roles and their changes are refused for. */
    private static final Set<KvError> REFUSALS = EnumSet.of(
            KvError.ROOT_USER_MISSING,
            KvError.ROOT_ROLE_MISSING,
            KvError.USER_EXISTS,
            KvError.USER_EMPTY,
            KvError.USER_NOT_FOUND,
            KvError.ROLE_EXISTS,
            KvError.ROLE_NOT_FOUND,
            KvError.ROLE_EMPTY,
            KvError.AUTH_FAILED,
            KvError.PERMISSION_DENIED,
            KvError.ROLE_NOT_GRANTED,
            KvError.PERMISSION_NOT_GRANTED,
            KvError.AUTH_NOT_ENABLED,
            KvError.INVALID_AUTH_MANAGEMENT,
            KvError.AUTH_OLD_REVISION,
            KvError.INVALID_AUTH_TOKEN);

    /** What was found to be the same; the model is replaced, and not changed, when users or roles are. */
    private record Compared(AuthState shown, NaiveUsers model) {}

    private final NaiveStore model;
    private final Map<MemberId, Compared> compared = new HashMap<>();

    /** @param model stands where the first member does */
    JudgedWhenApplied(NaiveStore model) {
        this.model = model;
    }

    /** A command has another result than the model says: if one of them is a refusal, it was judged wrongly. */
    void requireNoRefusal(SimulatedMember member, StateMachine.Command command, Result result, Result expected) {
        if (isRefusal(result) || isRefusal(expected)) {
            throw violated("command " + command.id() + " has the result " + result + " at member " + member.id()
                    + " instead of " + expected + ", with "
                    + model.usersAt(command.id().index()));
        }
    }

    private static boolean isRefusal(Result result) {
        return result instanceof Result.Rejected rejected && REFUSALS.contains(rejected.error());
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        member.store().ifPresent(store -> {
            compare(member, store, lastIndex);
            requireNothingElse(member, commands, results, store);
        });
    }

    /** Whoever is the first to apply the last of some commands, one of which is refused, is at the model's revision. */
    private void requireNothingElse(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, MvccStore store) {
        boolean first =
                !commands.isEmpty() && commands.get(commands.size() - 1).id().index() == model.index();
        if (first
                && store.currentRevision() != model.revision()
                && results.stream().anyMatch(JudgedWhenApplied::isRefusal)) {
            throw violated("member " + member.id() + " is at revision " + store.currentRevision() + " instead of "
                    + model.revision() + " after " + results);
        }
    }

    @Override
    public void restored(SimulatedMember member, long index) {
        member.store().ifPresent(store -> compare(member, store, index));
    }

    private void compare(SimulatedMember member, MvccStore store, long index) {
        AuthState shown = store.auth();
        NaiveUsers expected = model.usersAt(index);
        Compared last = compared.get(member.id());
        if (last != null && last.shown.equals(shown) && last.model == expected) {
            return;
        }
        if (!expected.areThoseOf(shown)) {
            throw violated("member " + member.id() + " has " + shown + " with " + shown.roles() + " and "
                    + shown.users() + " at index " + index + " instead of " + expected);
        }
        compared.put(member.id(), new Compared(shown, expected));
    }

    @Override
    public void told(ClientNews news) {
        switch (news) {
            case ClientNews.ReadJudged judged -> judge(judged);
            case ClientNews.WatchBegun ignored -> {}
            case ClientNews.WatchAnswered ignored -> {}
            case ClientNews.WatchProgressed ignored -> {}
            case ClientNews.WatchEnded ignored -> {}
            case ClientNews.LeasePromised ignored -> {}
            case ClientNews.LeaseGone ignored -> {}
        }
    }

    private void judge(ClientNews.ReadJudged judged) {
        NaiveUsers users = model.usersAt(judged.appliedIndex());
        Optional<KvError> expected =
                new NaiveAccess(users, lease -> List.of()).refused(judged.caller(), judged.range());
        if (!judged.error().equals(expected)) {
            throw violated(judged + " should have been " + expected + " with " + users);
        }
    }
}
