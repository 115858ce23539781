package io.quorate.server;

import io.quorate.server.healing.MemberScrub;
import io.quorate.server.wire.HttpPages;

/** The page at {@link MemberServer#SCRUB_PATH}: POST begins a scrub unless one runs, and both ways tell how far it is. */
record ScrubPage(MemberScrub scrub) implements HttpPages.JsonPage {

    @Override
    public String get() {
        return scrub.status().json();
    }

    @Override
    public String post() {
        return scrub.request().json();
    }
}
