package io.quorate.engine.transport.netty;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Looks host names up on threads of their own: a lookup can take many seconds, and the event loop has heartbeats to send meanwhile.
 * What is an IP address already is none to look up.
 */
final class BackgroundResolver extends AddressResolverGroup<InetSocketAddress> {

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new InetSocketAddressResolver(executor, new Lookup(executor));
    }

    private static final class Lookup extends InetNameResolver {

        Lookup(EventExecutor executor) {
            super(executor);
        }

        @Override
        protected void doResolve(String host, Promise<InetAddress> found) {
            byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
            if (literal != null) {
                lookUp(host, found);
            } else {
                Thread.ofPlatform().daemon().name("lookup-" + host).start(() -> lookUp(host, found));
            }
        }

        private static void lookUp(String host, Promise<InetAddress> found) {
            try {
                found.trySuccess(InetAddress.getByName(host));
            } catch (UnknownHostException e) {
                found.tryFailure(new UnknownHostException("the host name " + host + " is unknown"));
            }
        }

        @Override
        protected void doResolveAll(String host, Promise<List<InetAddress>> found) {
            Promise<InetAddress> one = executor().newPromise();
            var unused = one.addListener(done -> {
                if (done.isSuccess()) {
                    found.trySuccess(List.of(one.getNow()));
                } else {
                    found.tryFailure(done.cause());
                }
            });
            doResolve(host, one);
        }
    }
}
