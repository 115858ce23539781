/**
 * A fuzzer for decoders of bytes that come from outside: it makes inputs out of valid ones, and watches what a decoder does with them. Which
 * decoders there are, each module says beside its own tests ({@link io.quorate.testing.fuzz.FuzzTargets}).
 *
 * <pre>
 *  FuzzTarget: samples ──> Fuzzer: corpus ──> BinaryMutations, TextMutations ──> Trial: decode, encode, decode
 *                                                                                  │ accepted, refused, allocated
 *  Watchdog <── which input is being decoded                                        └──> FuzzFailure, made smaller by Shrinking
 * </pre>
 */
@NullMarked
package io.quorate.testing.fuzz;

import org.jspecify.annotations.NullMarked;
