package io.quorate.kv;

/**
 * Which leader's word on the leases' time counts.
 *
 * @param term of the last leader that took them over; 0: none did
 * @param sequence of that leader's last checkpoint; 0: there was none
 */
record LeaseFence(long term, long sequence) {
    static final LeaseFence NONE = new LeaseFence(0, 0);
}
