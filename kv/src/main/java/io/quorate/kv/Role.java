package io.quorate.kv;

import java.util.Comparator;
import java.util.List;

/**
 * A name for what users may do (etcd's {@code authpb.Role}). Immutable.
 *
 * @param permissions in the order of their keys; there is one at most for each pair of key and range end
 */
public record Role(String name, List<Permission> permissions) {

    public Role {
        permissions = permissions.stream()
                .sorted(Comparator.comparing(Permission::key))
                .toList();
    }
}
