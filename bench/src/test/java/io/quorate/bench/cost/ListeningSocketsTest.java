package io.quorate.bench.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines as Linux 6.18 prints them. */
class ListeningSocketsTest {

    private static final List<String> TCP = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:094B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
               1: 0100007F:094B 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1
               2: 0500000A:094B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0
            """.lines().toList();

    private static final List<String> TCP6 = """
              sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 00000000000000000000000000000000:094C 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4714 1 0000000000000000 100 0 0 10 0
               1: 0000000000000000FFFF00000100007F:094D 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4715 1 0000000000000000 100 0 0 10 0
               2: 00000000000000000000000001000000:094E 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4716 1 0000000000000000 100 0 0 10 0
            """.lines().toList();

    private static InetAddress address(String text) throws Exception {
        return InetAddress.getByName(text);
    }

    @Test
    void onlyWhatListensAtTheAddressIsReached() throws Exception {
        ListeningSockets sockets = ListeningSockets.parse(TCP);

        assertThat(sockets.reachedAt(address("127.0.0.1"), 2379)).containsExactly(4711L);
        assertThat(sockets.reachedAt(address("10.0.0.5"), 2379)).containsExactly(4713L);
        assertThat(sockets.reachedAt(address("127.0.0.1"), 2380)).isEmpty();
    }

    @Test
    void whatListensEverywhereIsReachedByAnyAddress() throws Exception {
        ListeningSockets sockets = ListeningSockets.parse(TCP6);

        assertThat(sockets.reachedAt(address("127.0.0.1"), 2380)).containsExactly(4714L);
        assertThat(sockets.reachedAt(address("::1"), 2380)).containsExactly(4714L);
    }

    @Test
    void anAddressOfTheOldKindInTheNewFormIsTheSame() throws Exception {
        ListeningSockets sockets = ListeningSockets.parse(TCP6);

        assertThat(sockets.reachedAt(address("127.0.0.1"), 2381)).containsExactly(4715L);
        assertThat(sockets.reachedAt(address("::1"), 2382)).containsExactly(4716L);
    }
}
