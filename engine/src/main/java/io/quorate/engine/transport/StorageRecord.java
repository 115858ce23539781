package io.quorate.engine.transport;

import io.quorate.core.quorum.MemberId;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a member knows of storages; immutable.
 *
 * @param own its own storage's id
 * @param admitted whether it may take part
 * @param membersUnknown whether it has taken part before storages were remembered, and has not been told of its members since
 * @param others what it remembers of the others, in the order in which they came first
 */
record StorageRecord(long own, boolean admitted, boolean membersUnknown, Map<MemberId, Long> others) {

    StorageRecord {
        others = Collections.unmodifiableMap(new LinkedHashMap<>(others));
    }

    /** @param usedBefore whether the member has taken part before storages were remembered */
    static StorageRecord first(long own, boolean usedBefore) {
        return new StorageRecord(own, usedBefore, usedBefore, Map.of());
    }

    StorageRecord withAdmission() {
        return new StorageRecord(own, true, membersUnknown, others);
    }

    StorageRecord with(MemberId member, long storage) {
        Map<MemberId, Long> more = new LinkedHashMap<>(others);
        more.put(member, storage);
        return new StorageRecord(own, admitted, membersUnknown, more);
    }

    StorageRecord without(Collection<MemberId> removed) {
        Map<MemberId, Long> fewer = new LinkedHashMap<>(others);
        fewer.keySet().removeAll(removed);
        return new StorageRecord(own, admitted, membersUnknown, fewer);
    }

    /** Of those that are no members, the ones that came first are forgotten if there are too many. */
    StorageRecord withoutOldest(int maxStrangers, Set<MemberId> members) {
        Map<MemberId, Long> fewer = new LinkedHashMap<>(others);
        long strangers =
                fewer.keySet().stream().filter(id -> !members.contains(id)).count();
        for (Iterator<MemberId> ids = fewer.keySet().iterator(); strangers > maxStrangers; ) {
            if (!members.contains(ids.next())) {
                ids.remove();
                strangers--;
            }
        }
        return new StorageRecord(own, admitted, membersUnknown, fewer);
    }

    /** Where storages were not remembered, all that are members when the log is first heard of may have been started. */
    StorageRecord whichTakesForStarted(Set<MemberId> members, MemberId self) {
        if (!membersUnknown || members.isEmpty()) {
            return this;
        }
        Map<MemberId, Long> more = new LinkedHashMap<>(others);
        members.stream()
                .filter(member -> !member.equals(self))
                .forEach(member -> more.putIfAbsent(member, StorageIds.UNKNOWN));
        return new StorageRecord(own, admitted, false, more);
    }
}
