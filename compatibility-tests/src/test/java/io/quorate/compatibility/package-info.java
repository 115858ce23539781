/** Real clients of etcd, each at work on three members while their leader is killed. */
@NullMarked
package io.quorate.compatibility;

import org.jspecify.annotations.NullMarked;
