package io.quorate.simulator.invariant;

import io.quorate.kv.AlarmChange;
import io.quorate.kv.AuthChange;
import io.quorate.kv.Authorized;
import io.quorate.kv.Bytes;
import io.quorate.kv.Caller;
import io.quorate.kv.Command;
import io.quorate.kv.Compact;
import io.quorate.kv.Compare;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.KvError;
import io.quorate.kv.LeaseGrant;
import io.quorate.kv.LeaseRevoke;
import io.quorate.kv.Login;
import io.quorate.kv.NoteOperation;
import io.quorate.kv.Operation;
import io.quorate.kv.Permission;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.Txn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * What is refused to whom, by the {@link NaiveUsers} of a moment: the list of all keys that a request reads or writes in any
 * of its parts, each of which has to lie in what the caller's roles allow.
 */
final class NaiveAccess {

    private static final Bytes NUL = Bytes.wrap(new byte[1]);

    /** Keys that are wanted or allowed, from the first, inclusive, to a last, exclusive; without a last one all that follow. */
    private record Span(Bytes from, Optional<Bytes> to) {

        static Span of(Bytes key, Bytes end) {
            if (end.isEmpty()) {
                return single(key);
            }
            return new Span(key, end.equals(NUL) ? Optional.empty() : Optional.of(end));
        }

        static Span single(Bytes key) {
            byte[] next = new byte[key.size() + 1];
            key.copyTo(next, 0);
            return new Span(key, Optional.of(Bytes.wrap(next)));
        }

        /** Of a range that is the wrong way round one must be allowed its first key. */
        static Span wanted(Bytes key, Bytes end) {
            Span span = of(key, end);
            return span.to.isPresent() && span.to.get().compareTo(key) <= 0 ? single(key) : span;
        }

        boolean contains(Bytes key) {
            return from.compareTo(key) <= 0 && (to.isEmpty() || key.compareTo(to.get()) < 0);
        }
    }

    private record Demand(Permission.Access access, Span keys) {}

    private final NaiveUsers users;
    private final LongFunction<List<Bytes>> attached;

    /** @param attached which keys hang on a lease */
    NaiveAccess(NaiveUsers users, LongFunction<List<Bytes>> attached) {
        this.users = users;
        this.attached = attached;
    }

    /** Why a command is not applied, whatever it would do. */
    Optional<KvError> refused(Command command) {
        if (!users.isEnabled()) {
            return Optional.empty();
        }
        if (command instanceof Authorized authorized) {
            return refused(authorized.caller(), authorized.command());
        }
        boolean aClients = isAboutKeys(command) || command instanceof LeaseGrant || command instanceof AuthChange;
        return aClients ? Optional.of(KvError.USER_EMPTY) : Optional.empty();
    }

    private Optional<KvError> refused(Caller caller, Command command) {
        if (command instanceof Login) {
            return Optional.empty();
        }
        if (isAboutKeys(command)) {
            List<Demand> demands = new ArrayList<>();
            if (command instanceof LeaseRevoke revoke) {
                demandAttached(revoke.id(), demands);
            } else {
                demand((Operation) command, demands);
            }
            return refused(caller, demands);
        }
        Optional<KvError> unknown = unknown(caller);
        boolean everyUsers = command instanceof Compact || command instanceof LeaseGrant;
        boolean operators = command instanceof NoteOperation || command instanceof AlarmChange;
        return unknown.isPresent()
                        || everyUsers
                        || users.isRoot(caller.user())
                        || (operators && users.isOperator(caller.user()))
                ? unknown
                : Optional.of(KvError.PERMISSION_DENIED);
    }

    private static boolean isAboutKeys(Command command) {
        return command instanceof Operation || command instanceof LeaseRevoke;
    }

    /** Why a range is not read. */
    Optional<KvError> refused(Caller caller, Range range) {
        if (!users.isEnabled()) {
            return Optional.empty();
        }
        List<Demand> demands = new ArrayList<>();
        demand(range, demands);
        return refused(caller, demands);
    }

    private Optional<KvError> refused(Caller caller, List<Demand> demands) {
        if (!caller.user().isEmpty() && caller.authRevision() < users.revision()) {
            return Optional.of(KvError.AUTH_OLD_REVISION);
        }
        Optional<KvError> unknown = unknown(caller);
        if (unknown.isPresent() || users.isRoot(caller.user())) {
            return unknown;
        }
        for (Demand demand : demands) {
            if (!isAllowed(caller.user(), demand)) {
                return Optional.of(KvError.PERMISSION_DENIED);
            }
        }
        return Optional.empty();
    }

    private Optional<KvError> unknown(Caller caller) {
        if (caller.user().isEmpty()) {
            return Optional.of(KvError.USER_EMPTY);
        }
        if (!users.exists(caller.user())) {
            return Optional.of(KvError.PERMISSION_DENIED);
        }
        return users.hadPassword(caller.user(), caller.loginRevision())
                ? Optional.empty()
                : Optional.of(KvError.INVALID_AUTH_TOKEN);
    }

    private void demand(Operation operation, List<Demand> demands) {
        switch (operation) {
            case Range range -> demandRead(range.key(), range.rangeEnd(), demands);
            case Put put -> {
                demands.add(new Demand(Permission.Access.WRITE, Span.single(put.key())));
                if (put.prevKv()) {
                    demandRead(put.key(), Bytes.empty(), demands);
                }
                demandAttached(put.lease(), demands);
            }
            case DeleteRange delete -> {
                demands.add(new Demand(Permission.Access.WRITE, Span.wanted(delete.key(), delete.rangeEnd())));
                if (delete.prevKv()) {
                    demandRead(delete.key(), delete.rangeEnd(), demands);
                }
            }
            case Txn txn -> {
                for (Compare compare : txn.compares()) {
                    demandRead(compare.key(), compare.rangeEnd(), demands);
                }
                txn.success().forEach(part -> demand(part, demands));
                txn.failure().forEach(part -> demand(part, demands));
            }
        }
    }

    private static void demandRead(Bytes key, Bytes end, List<Demand> demands) {
        demands.add(new Demand(Permission.Access.READ, Span.wanted(key, end)));
    }

    /** Whoever ends a lease, or hangs another key on it, must be allowed to delete what hangs there. */
    private void demandAttached(long lease, List<Demand> demands) {
        if (lease != 0) {
            attached.apply(lease).forEach(key -> demands.add(new Demand(Permission.Access.WRITE, Span.single(key))));
        }
    }

    /** Goes from the first wanted key on as far as each time the farthest of the user's permissions reaches. */
    private boolean isAllowed(String user, Demand demand) {
        List<Span> allowed = allowed(user, demand.access);
        Bytes reached = demand.keys.from;
        while (true) {
            Bytes from = reached;
            List<Span> further =
                    allowed.stream().filter(span -> span.contains(from)).toList();
            if (further.isEmpty()) {
                return false;
            }
            for (Span span : further) {
                if (span.to.isEmpty()) {
                    return true;
                }
                if (span.to.get().compareTo(reached) > 0) {
                    reached = span.to.get();
                }
            }
            if (demand.keys.to.isPresent() && reached.compareTo(demand.keys.to.get()) >= 0) {
                return true;
            }
        }
    }

    private List<Span> allowed(String user, Permission.Access wanted) {
        List<Span> allowed = new ArrayList<>();
        users.rolesOf(user)
                .values()
                .forEach(permissions -> permissions.forEach((keys, access) -> {
                    if (access == wanted || access == Permission.Access.READWRITE) {
                        allowed.add(Span.of(keys.from(), keys.end()));
                    }
                }));
        return allowed;
    }
}
