package io.quorate.kv;

/** A constant with the number that stands for it in encodings, and never changes. */
interface Numbered {
    int number();
}
