package io.quorate.engine.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever floods a port with connections that say nothing loses those, and not others theirs. */
class NewcomersTest {

    private final Newcomers newcomers = new Newcomers();
    private final List<From> channels = new ArrayList<>();

    private static final class From extends EmbeddedChannel {
        private final InetSocketAddress address;

        From(String host) {
            address = new InetSocketAddress(host, 4711);
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return address;
        }
    }

    private From from(String host) {
        From channel = new From(host);
        channels.add(channel);
        return channel;
    }

    /** Closes whom there is no room for, as the port does. */
    private Optional<Channel> add(From channel) {
        Optional<Channel> tooMany = newcomers.add(channel);
        tooMany.ifPresent(one -> one.close().syncUninterruptibly());
        return tooMany;
    }

    private long open(String host) {
        return channels.stream()
                .filter(Channel::isOpen)
                .filter(channel -> channel.address.equals(new InetSocketAddress(host, 4711)))
                .count();
    }

    @AfterEach
    void close() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    @Test
    void oneAddressLosesThoseThatCameFirst() {
        From member = from("10.0.0.1");
        assertThat(add(member)).isEmpty();
        for (int i = 0; i < 500; i++) {
            add(from("10.0.0.2"));
        }
        assertThat(member.isOpen()).isTrue();
        assertThat(open("10.0.0.2")).isEqualTo(Newcomers.MOST_OF_ONE);
        assertThat(channels.getLast().isOpen()).isTrue();
    }

    @Test
    void manyAddressesLoseThoseOfTheOneWithMost() {
        From member = from("10.0.0.1");
        add(member);
        for (int i = 0; i < 100 * Newcomers.MOST_OF_ONE; i++) {
            add(from("10.0.1." + i % 100));
        }
        assertThat(member.isOpen()).isTrue();
        assertThat(channels.stream().filter(Channel::isOpen)).hasSize(Newcomers.MOST);
    }

    @Test
    void whoIsKnownOrGoneMakesRoom() {
        for (int i = 0; i < 10 * Newcomers.MOST_OF_ONE; i++) {
            From channel = from("10.0.0.1");
            assertThat(add(channel)).isEmpty();
            if (i % 2 == 0) {
                newcomers.known(channel);
            } else {
                channel.close().syncUninterruptibly();
            }
        }
    }

    @Test
    void ofIpv6AWholeNetworkIsOneAddress() {
        for (int i = 0; i < 2 * Newcomers.MOST_OF_ONE; i++) {
            add(from("2001:db8::" + Integer.toHexString(i)));
        }
        assertThat(channels.stream().filter(Channel::isOpen)).hasSize(Newcomers.MOST_OF_ONE);
    }
}
