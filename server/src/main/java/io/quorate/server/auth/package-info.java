/**
 * How clients prove who they are: passwords, and the tokens that stand for them afterwards. What a user may do is the store's
 * matter ({@code io.quorate.kv.AccessCheck}), and where that is asked is the services'.
 */
@NullMarked
package io.quorate.server.auth;

import org.jspecify.annotations.NullMarked;
