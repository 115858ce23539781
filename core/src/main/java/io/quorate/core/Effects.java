package io.quorate.core;

import io.quorate.core.quorum.MemberId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The effects of one step, in order. A changed term or vote is saved ahead of whatever comes after the change, so no
 * duty can forget it (corner case 1): nothing of a term is written or said before the term itself is written.
 */
final class Effects {

    private final NodeState node;
    private final List<Effect> list = new ArrayList<>();
    private final List<Effect> view = Collections.unmodifiableList(list);

    Effects(NodeState node) {
        this.node = node;
    }

    void begin() {
        list.clear();
    }

    void add(Effect effect) {
        saveHardStateIfChanged();
        list.add(effect);
    }

    void send(MemberId to, Message message) {
        add(new Effect.Send(to, message));
    }

    void sendAfterSync(MemberId to, Message message) {
        add(new Effect.SendAfterSync(to, message));
    }

    List<Effect> end() {
        saveHardStateIfChanged();
        return view;
    }

    private void saveHardStateIfChanged() {
        if (node.hardStateUnsaved()) {
            list.add(new Effect.SaveHardState(node.takeHardState()));
        }
    }
}
