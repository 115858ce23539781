package io.quorate.server.wire;

/**
 * What bounds the requests of one client port, from their first byte until they are carried out, and the answers until they are taken.
 *
 * @param unfinished what has arrived of those that are not whole
 * @param arriving those whose ends have not come
 * @param underWay those that are being carried out
 * @param untaken the answers that wait to be taken
 * @param limits is told of what is refused or ended
 */
record RequestBounds(
        UnfinishedRequests unfinished,
        ArrivingRequests arriving,
        RequestsUnderWay underWay,
        UntakenAnswers untaken,
        LimitListener limits) {

    static RequestBounds of(ClientListenerOptions options, LimitListener limits) {
        return new RequestBounds(
                new UnfinishedRequests(
                        options.maxUnfinishedBytes(),
                        () -> limits.exceeded(
                                Limit.REQUEST_BYTES,
                                "ended a request that has not come whole: too much arrives at once")),
                new ArrivingRequests(),
                new RequestsUnderWay(options.maxUnfinishedBytes(), options.maxMessageBytes()),
                new UntakenAnswers(options.maxUntakenBytes()),
                limits);
    }
}
