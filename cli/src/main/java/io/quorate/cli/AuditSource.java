package io.quorate.cli;

import io.quorate.server.audit.AuditCopy;
import io.quorate.server.proto.managerpb.ListAuditRequest;
import io.quorate.server.proto.managerpb.ListAuditResponse;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import java.net.URI;
import java.util.List;
import java.util.function.Consumer;

/** Reads the audit log, page by page, of a cluster or of one member. For one thread. */
final class AuditSource {

    private final ClientOptions client;
    private final TokenMemory tokens;
    private final List<URI> endpoints;
    private final boolean serializable;

    private AuditSource(ClientOptions client, TokenMemory tokens, List<URI> endpoints, boolean serializable) {
        this.client = client;
        this.tokens = tokens;
        this.endpoints = endpoints;
        this.serializable = serializable;
    }

    /** All that is on record, which takes a leader. */
    static AuditSource ofCluster(ClientOptions client) {
        return new AuditSource(client, new TokenMemory(), client.endpointUrls(), false);
    }

    /** What one member has. */
    static AuditSource ofMember(ClientOptions client, TokenMemory tokens, List<URI> endpoints) {
        return new AuditSource(client, tokens, endpoints, true);
    }

    /**
     * Hands out the records from one on, as lines of JSON, in the order of their numbers.
     *
     * @return the last answer, which tells what the last record is
     */
    ListAuditResponse read(long fromNumber, Consumer<String> each) {
        long next = fromNumber;
        while (true) {
            ListAuditResponse page = page(next);
            page.getRecordsList().forEach(each);
            if (page.getRecordsCount() == 0) {
                return page;
            }
            // What was given up meanwhile is not there any more; a line that somebody has changed may not have a
            // number.
            long following = next + page.getRecordsCount();
            next = AuditCopy.number(page.getRecords(page.getRecordsCount() - 1)).orElse(following - 1) + 1;
            if (next > page.getLastNumber()) {
                return page;
            }
        }
    }

    private ListAuditResponse page(long fromNumber) {
        ListAuditRequest request = ListAuditRequest.newBuilder()
                .setFromNumber(fromNumber)
                .setSerializable(serializable)
                .build();
        try (ClusterClient cluster = client.connect(endpoints, tokens)) {
            return cluster.read((channel, deadline) ->
                    ManagerGrpc.newBlockingStub(channel).withDeadline(deadline).listAudit(request));
        }
    }
}
