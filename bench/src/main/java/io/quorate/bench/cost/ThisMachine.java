package io.quorate.bench.cost;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;

/** Tells addresses of this machine from those of others. */
final class ThisMachine {

    private ThisMachine() {}

    /** Whether it is one of its addresses. */
    static boolean has(InetAddress address) throws SocketException {
        return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    }

    /** Whether a client that connects there stays on this machine; not if its name cannot be found. */
    static boolean isAt(URI url) {
        return isAny(url, ThisMachine::has);
    }

    /** Whether the address means another machine to everybody: it leads whoever connects there to his own. */
    static boolean isLoopback(URI url) {
        return isAny(url, InetAddress::isLoopbackAddress);
    }

    private interface Question {
        boolean isSoOf(InetAddress address) throws SocketException;
    }

    private static boolean isAny(URI url, Question question) {
        if (url.getHost() == null) {
            return false;
        }
        try {
            for (InetAddress address : InetAddress.getAllByName(url.getHost())) {
                if (question.isSoOf(address)) {
                    return true;
                }
            }
        } catch (IOException e) {
            // Nobody here knows this name.
        }
        return false;
    }
}
