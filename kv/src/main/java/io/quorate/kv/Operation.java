package io.quorate.kv;

/** One request on keys, alone or inside a transaction. */
public sealed interface Operation permits Range, Put, DeleteRange, Txn {}
