package io.quorate.server;

import io.quorate.engine.disk.OwnersAlone;
import io.quorate.engine.tls.ReloadedFiles;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsSettings;
import io.quorate.server.auth.TokenKeySet;
import io.quorate.server.auth.TokenOptions;
import io.quorate.server.report.Exposure;
import io.quorate.server.report.Exposure.Listener;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * What a member tells of who may connect with it. Thread-safe.
 *
 * @param listeners as they are from its start on
 * @param usersEnabled whether its state says by now that clients must be users
 */
record OwnExposure(
        ServerConfig config, MemberSecurity security, List<Listener> listeners, BooleanSupplier usersEnabled) {

    /** Of a member that is about to listen; looks up the names of hosts that it listens on. */
    static OwnExposure of(ServerConfig config, MemberSecurity security, BooleanSupplier usersEnabled) {
        Security settings = config.security();
        List<Listener> listeners = Stream.concat(
                        config.listenClientUrls().stream().map(url -> listener(url, false, settings.clients())),
                        config.listenPeerUrls().stream().map(url -> listener(url, true, settings.peers())))
                .toList();
        return new OwnExposure(config, security, listeners, usersEnabled);
    }

    /** Where one port speaks TLS, others of the same kind may yet speak plain text. */
    private static Listener listener(URI url, boolean ofMembers, Optional<TlsSettings> settings) {
        Optional<TlsSettings> tls = settings.filter(configured -> TlsParty.isFor(url));
        return new Listener(
                url.toString(),
                ofMembers,
                Security.isReachable(url),
                tls.filter(configured -> configured.admittance().required()).isPresent(),
                tls.map(configured -> configured.minVersion().flag()));
    }

    /** As it is now. Looks at files, which may take its time where a disk hangs. */
    Exposure now() {
        return new Exposure(
                listeners,
                usersEnabled.getAsBoolean(),
                config.security().commonNameIsUser(),
                tokens(config.auth().tokens()),
                config.security().allowInsecure(),
                openFiles(),
                security.refusedClients().count(),
                security.refusedPeers().count(),
                security.tokenKeys().map(OwnExposure::told));
    }

    private static Exposure.TokenKeys told(ReloadedFiles<TokenKeySet> keys) {
        TokenKeySet present = keys.present();
        return new Exposure.TokenKeys(
                present.signingId(),
                present.told().stream()
                        .map(key ->
                                new Exposure.TokenKey(key.id(), key.algorithm().name(), key.thumbprint()))
                        .toList(),
                keys.refused());
    }

    private static String tokens(TokenOptions options) {
        return switch (options) {
            case TokenOptions.Simple simple -> Exposure.SIMPLE;
            case TokenOptions.KeySet set -> Exposure.KEY_SET;
            case TokenOptions.Jwt jwt -> "jwt " + jwt.algorithm().name().toUpperCase(Locale.ROOT);
        };
    }

    /** The data directory stands for all that is in it: whoever cannot enter it cannot open what is there. */
    private List<String> openFiles() {
        List<Path> files = new ArrayList<>();
        Stream.of(config.security().clients(), config.security().peers())
                .flatMap(Optional::stream)
                .flatMap(settings -> settings.files().key().stream())
                .forEach(files::add);
        if (config.auth().tokens() instanceof TokenOptions.Jwt jwt) {
            jwt.privateKey().ifPresent(files::add);
        }
        if (config.auth().tokens() instanceof TokenOptions.KeySet keys
                && security.tokenKeys().filter(set -> set.present().isSecret()).isPresent()) {
            files.add(keys.file());
        }
        Stream<Path> directory = Stream.of(config.dataDir())
                .filter(dir -> !config.ephemeral() && isSo(OwnersAlone::isOpenToOthers, dir));
        Stream<Path> keys = files.stream().distinct().filter(key -> isSo(OwnersAlone::isKeyOpenToOthers, key));
        return Stream.concat(directory, keys).map(Path::toString).toList();
    }

    /** Something that is asked about a file. */
    private interface Asked {
        boolean of(Path file) throws IOException;
    }

    private static boolean isSo(Asked asked, Path file) {
        try {
            return asked.of(file);
        } catch (IOException e) {
            // It is not there, or not shown to this process: others are told of that where it is needed.
            return false;
        }
    }
}
