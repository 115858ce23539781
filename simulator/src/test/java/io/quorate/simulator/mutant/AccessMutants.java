package io.quorate.simulator.mutant;

import static io.quorate.simulator.mutant.Mutant.kv;

import java.util.List;

/** Bugs of users, roles, and of who may do what. */
final class AccessMutants {

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "auth-revision-not-compared",
                    "A command counts though users or roles have changed since its caller was looked up.",
                    "invariant 17; etcd's Auth",
                    kv("AccessCheck"),
                    """
                    return caller.authRevision() < auth.revision() ? Optional.of(KvError.AUTH_OLD_REVISION) : user();
                    """,
                    """
                    return user();
                    """),
            new Mutant(
                    "login-outlives-password",
                    "A login counts though its user has another password, or was deleted and is another by now.",
                    "invariant 17",
                    kv("AccessCheck"),
                    "return over ? Optional.of(KvError.INVALID_AUTH_TOKEN) : ALLOWED;",
                    "return over && !over ? Optional.of(KvError.INVALID_AUTH_TOKEN) : ALLOWED;"),
            new Mutant(
                    "revoked-rights-cached",
                    "What a user's roles come to is worked out once and kept, whatever changes.",
                    "invariant 17; etcd's cache of range permissions",
                    kv("AuthState"),
                    "private final Map<String, KeyPermissions> permissions",
                    "private static final Map<String, KeyPermissions> permissions"),
            new Mutant(
                    "refused-command-applied",
                    "A command that its caller may not have applied is applied, and said to be refused.",
                    "invariant 17",
                    kv("BatchApplication"),
                    """
                    ? judged(
                                            accessOf(authorized.caller()).command(authorized.command()),
                                            () -> execute(authorized.command(), index))
                    """,
                    """
                    ? Optional.of(accessOf(authorized.caller()).command(authorized.command()))
                                            .map(error -> new Object[] {error, execute(authorized.command(), index)})
                                            .map(both -> ((Optional<?>) both[0]).isPresent()
                                                    ? new Rejected((KvError) ((Optional<?>) both[0]).get())
                                                    : (Result) both[1])
                                            .get()
                    """),
            new Mutant(
                    "judged-before-the-batch",
                    "A command is judged by the users and roles as they were before the batch that it is applied in.",
                    "invariant 17",
                    kv("BatchApplication"),
                    "return new AccessCheck(state.auth(), caller",
                    "return new AccessCheck(before.auth(), caller"),
            new Mutant(
                    "nobody-may-do-what-was-under-way",
                    "A command without a caller is applied though authentication has been enabled before it.",
                    "invariant 17",
                    kv("BatchApplication"),
                    """
                    : judged(refusedToNobody(command), () -> execute(command, index));
                    """,
                    """
                    : execute(command, index);
                    """),
            new Mutant(
                    "second-branch-not-judged",
                    "Only the first branch of a transaction has to be allowed.",
                    "invariant 17; etcd's Txn",
                    kv("AccessCheck"),
                    """
                    .or(() -> firstError(txn.failure(), this::walk));
                    """,
                    ";\n"),
            new Mutant(
                    "keys-of-a-lease-not-judged",
                    "Anybody may attach a key to a lease on which keys hang that are not theirs.",
                    "invariant 17; etcd's LeaseRevoke",
                    kv("AccessCheck"),
                    ".or(() -> put.lease() == 0 ? ALLOWED : writeAttached(put.lease()))",
                    ""),
            new Mutant(
                    "deleted-role-stays-granted",
                    "Users keep the name of a role that is deleted, and what one of that name allows later.",
                    "etcd's RoleDelete",
                    kv("AuthApplication"),
                    "if (user.roles().contains(delete.name())) {",
                    "if (user.roles().contains(delete.name()) && user.isRoot()) {"),
            new Mutant(
                    "auth-revision-not-stored",
                    "Whether authentication is enabled, and the revision of users and roles, are not written to the"
                            + " store.",
                    "invariant 13",
                    kv("AuthApplication"),
                    "batch.put(StoreKeys.AUTH, AuthCodec.encodeNumbers(changed.state()));",
                    ""),
            new Mutant(
                    "deleted-user-stays-stored",
                    "A user that is deleted is there again after a restart or a snapshot.",
                    "invariant 13",
                    kv("AuthApplication"),
                    "batch.delete(StoreKeys.user(delete.name()));",
                    ""));

    private AccessMutants() {}
}
