package io.quorate.cli;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.quorate.server.api.CallingOperation;
import io.quorate.server.operations.MemberHealth;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberAddRequest;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberPromoteRequest;
import io.quorate.server.proto.etcdserverpb.MemberRemoveRequest;
import io.quorate.server.proto.etcdserverpb.MoveLeaderRequest;
import io.quorate.server.proto.managerpb.ChangeMembersRequest;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Changes members, one call each. If the outcome of a call is not known, looks whether what was wanted is there, before it says so.
 * For one thread.
 */
final class MemberCalls {

    /** A change that was not begun by then is not begun any more: members wait no longer for one. */
    private static final long UNDECIDED_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ClusterSight sight;

    MemberCalls(ClusterSight sight) {
        this.sight = sight;
    }

    /** Adds a learner; answers its id. */
    long addLearner(List<String> peerUrls) {
        return change(
                (channel, deadline) -> ClusterGrpc.newBlockingStub(channel)
                        .withDeadline(deadline)
                        .memberAdd(MemberAddRequest.newBuilder()
                                .addAllPeerURLs(peerUrls)
                                .setIsLearner(true)
                                .build())
                        .getMember()
                        .getID(),
                members -> with(peerUrls, members).map(Member::getID));
    }

    /**
     * Adds a learner that is a witness; answers its id. etcd's API has no such member.
     *
     * @param present the members of now
     */
    long addWitness(List<String> peerUrls, List<Member> present) {
        ChangeMembersRequest.Builder request = ChangeMembersRequest.newBuilder()
                .addAdd(ChangeMembersRequest.Added.newBuilder()
                        .addAllPeerUrls(peerUrls)
                        .setWitness(true));
        present.forEach(member -> {
            if (member.getIsLearner()) {
                request.addExpectedLearners(member.getID());
            } else {
                request.addExpectedVoters(member.getID());
            }
        });
        List<Member> members = changeTogether(
                request.build(),
                now -> with(peerUrls, now).filter(Member::getIsWitness).isPresent());
        return with(peerUrls, members)
                .filter(Member::getIsWitness)
                .map(Member::getID)
                .orElseThrow(() -> new CommandFailed(
                        ExitCode.FAILED,
                        "the member was added, and not as a witness: whoever leads runs an earlier release; remove it, and"
                                + " upgrade all members first"));
    }

    private static Optional<Member> with(List<String> peerUrls, List<Member> members) {
        return members.stream()
                .filter(member -> member.getPeerURLsList().stream().anyMatch(peerUrls::contains))
                .findFirst();
    }

    void remove(long id) {
        changeOne(
                (channel, deadline) -> ClusterGrpc.newBlockingStub(channel)
                        .withDeadline(deadline)
                        .memberRemove(MemberRemoveRequest.newBuilder().setID(id).build()),
                members -> members.stream().noneMatch(member -> member.getID() == id));
    }

    void promote(long id) {
        changeOne(
                (channel, deadline) -> ClusterGrpc.newBlockingStub(channel)
                        .withDeadline(deadline)
                        .memberPromote(
                                MemberPromoteRequest.newBuilder().setID(id).build()),
                members -> members.stream().anyMatch(member -> member.getID() == id && !member.getIsLearner()));
    }

    /**
     * Makes several changes as one.
     *
     * @param isDone whether the members are those that it leads to
     */
    List<Member> changeTogether(ChangeMembersRequest request, Predicate<List<Member>> isDone) {
        return change(
                (channel, deadline) -> ManagerGrpc.newBlockingStub(channel)
                        .withDeadline(deadline)
                        .changeMembers(request)
                        .getMembersList(),
                members -> isDone.test(members) ? Optional.of(members) : Optional.empty());
    }

    /**
     * Makes sure that whatever was asked for before is over, also by an operation that was broken off with a step under way: the leader
     * makes one change after the other, and this one changes nothing. While a change is half made nothing is to be made sure of: until it
     * is over the leader takes no other one.
     *
     * @param seen with certainty
     * @throws CommandFailed if the members are others by now
     */
    void settle(ClusterSight.Seen seen) {
        boolean changing = seen.health().members().stream()
                .flatMap(member -> member.told().stream())
                .anyMatch(MemberHealth.Told::changing);
        if (changing) {
            return;
        }
        ChangeMembersRequest request = MembersChange.expected(seen.members()).build();
        try (ClusterClient cluster = sight.connect()) {
            var unused = cluster.read(asStep((channel, deadline) ->
                    ManagerGrpc.newBlockingStub(channel).withDeadline(deadline).changeMembers(request)));
        }
    }

    /** So that members know which operation asks. */
    private <T> ClusterClient.Call<T> asStep(ClusterClient.Call<T> call) {
        if (sight.operation().isEmpty()) {
            return call;
        }
        Metadata headers = new Metadata();
        headers.put(
                CallingOperation.FIELD, Long.toUnsignedString(sight.operation().get()));
        return (channel, deadline) -> call.on(
                ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)), deadline);
    }

    /** Asks the leader, at its own endpoint, to hand over. */
    void moveLeader(URI leader, long target) {
        try (ClusterClient cluster = sight.client().connect(List.of(leader))) {
            cluster.write(asStep((channel, deadline) -> MaintenanceGrpc.newBlockingStub(channel)
                    .withDeadline(deadline)
                    .moveLeader(
                            MoveLeaderRequest.newBuilder().setTargetID(target).build())));
        }
    }

    private void changeOne(ClusterClient.Call<?> call, Predicate<List<Member>> isDone) {
        change(
                (channel, deadline) -> {
                    Object unused = call.on(channel, deadline);
                    return true;
                },
                members -> isDone.test(members) ? Optional.of(true) : Optional.empty());
    }

    /** @param result what the members tell of the change, if it has been made */
    private <T> T change(ClusterClient.Call<T> call, Function<List<Member>, Optional<T>> result) {
        try (ClusterClient cluster = sight.connect()) {
            return cluster.write(asStep(call));
        } catch (CommandFailed e) {
            if (e.exitCode() != ExitCode.UNKNOWN_OUTCOME) {
                throw e;
            }
            return await(result)
                    .orElseThrow(() -> new CommandFailed(
                            ExitCode.UNKNOWN_OUTCOME,
                            "it is not known whether this was done, and the members do not show it yet: look at 'quorate members list'"
                                    + " before it is asked for again",
                            e));
        }
    }

    /** Looks until there is no change to be expected any more; whoever cannot be asked just now is asked again. */
    private <T> Optional<T> await(Function<List<Member>, Optional<T>> result) {
        long beginNanos = System.nanoTime();
        while (true) {
            try {
                Optional<T> found = result.apply(members());
                if (found.isPresent() || System.nanoTime() - beginNanos > UNDECIDED_NANOS) {
                    return found;
                }
            } catch (CommandFailed e) {
                if (System.nanoTime() - beginNanos > UNDECIDED_NANOS) {
                    return Optional.empty();
                }
            }
            OperationRun.sleep();
        }
    }

    private List<Member> members() {
        try (ClusterClient cluster = sight.connect()) {
            return cluster.read(MemberCalls::linearizable);
        }
    }

    private static List<Member> linearizable(Channel channel, Deadline deadline) {
        return ClusterGrpc.newBlockingStub(channel)
                .withDeadline(deadline)
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                .getMembersList();
    }
}
