package dev.tributary.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tributary.http.access.NewToken;
import dev.tributary.http.file.ReloadingFiles;
import dev.tributary.http.file.Tls;
import dev.tributary.http.file.TlsFiles;
import dev.tributary.http.server.HttpStartException;
import dev.tributary.items.FakeTable;
import dev.tributary.items.GivenResources;
import dev.tributary.items.GivenWrites;
import dev.tributary.items.Resource;
import dev.tributary.model.AttributeType;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigInteger;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class TlsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private final Health health = new Health();
    private Path certificate;
    private Path key;

    @BeforeEach
    void nameFiles() {
        certificate = directory.resolve("tls.crt");
        key = directory.resolve("tls.key");
    }

    private WriteServer start(GivenHttp settings) {
        Resource users = GivenResources.plain(
                "users",
                GivenWrites.ofUsers("users").settings(),
                new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty()),
                new FakeTable(),
                Duration.ofSeconds(5),
                Clock.systemUTC());
        return WriteServer.start(settings.settings(), List.of(users), health, new SimpleMeterRegistry(), PATIENCE);
    }

    private WriteServer start() {
        return start(GivenHttp.onFreePort().withTls(certificate, key));
    }

    private static HttpResponse<String> post(WriteServer server, SSLContext trust) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(trust)
                .build()
                .send(
                        HttpRequest.newBuilder(server.uri())
                                .header("Content-Type", "application/json")
                                .timeout(PATIENCE)
                                .POST(BodyPublishers.ofString("{\"email\":\"e\"}"))
                                .build(),
                        BodyHandlers.ofString());
    }

    private static SSLSocket connect(WriteServer server, SSLContext trust, String... protocols) throws Exception {
        SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket("127.0.0.1", server.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        socket.startHandshake();
        return socket;
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC"})
    void requestsComeOverTlsOnly(String algorithm) throws Exception {
        GivenCertificate given = GivenCertificate.make(directory, algorithm);
        given.write(certificate, key);
        try (WriteServer server = start()) {
            assertThat(server.uri().getScheme()).isEqualTo("https");
            HttpResponse<String> response = post(server, given.trusting());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
            assertThat(response.headers().allValues("Strict-Transport-Security"))
                    .containsExactly("max-age=31536000");
            for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
                try (SSLSocket socket = connect(server, given.trusting(), protocol)) {
                    assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
                }
            }
            assertThatThrownBy(
                            () -> RawHttp.send(server.port(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("no answer");
        }
    }

    @Test
    void tokensWithTlsAllowRemoteAddresses() throws Exception {
        GivenCertificate given = GivenCertificate.make(directory, "EC");
        given.write(certificate, key);
        NewToken token = NewToken.make("me", List.of("*"));
        Path tokens = directory.resolve("tokens");
        GivenCertificate.writeSecret(tokens, token.line());
        GivenHttp everywhere = GivenHttp.onFreePort().withTls(certificate, key).at("0.0.0.0");
        assertThatThrownBy(() -> start(everywhere))
                .isInstanceOf(HttpStartException.class)
                .hasMessageContaining("nothing authenticates callers");
        start(everywhere.withTokens(tokens)).close();
    }

    @Test
    void newConnectionsGetTheRenewedCertificateAndOldOnesStay() throws Exception {
        GivenCertificate before = GivenCertificate.make(directory, "EC");
        GivenCertificate renewed = GivenCertificate.make(directory, "RSA");
        before.write(certificate, key);
        try (WriteServer server = start();
                SSLSocket open = connect(server, before.trusting())) {
            renewed.write(certificate, key);
            await().atMost(PATIENCE).until(() -> presents(server, renewed));
            open.getOutputStream()
                    .write("GET /e?x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
            assertThat(new String(open.getInputStream().readAllBytes(), US_ASCII))
                    .startsWith("HTTP/1.1 400");
            assertThat(component().detail())
                    .contains(
                            "good until " + renewed.certificate().getNotAfter().toInstant());
        }
    }

    private static boolean presents(WriteServer server, GivenCertificate expected) throws Exception {
        try (SSLSocket socket = connect(server, expected.trusting())) {
            BigInteger serial = ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
            return serial.equals(expected.certificate().getSerialNumber());
        } catch (SSLException notTrusted) {
            return false;
        }
    }

    @Test
    void incompleteRenewalKeepsTheCertificateAndShowsInHealth() throws Exception {
        GivenCertificate before = GivenCertificate.make(directory, "EC");
        before.write(certificate, key);
        ReloadingFiles files = new Tls(new TlsFiles(certificate, key)).reloaded(health);
        files.first();
        Files.writeString(certificate, GivenCertificate.make(directory, "EC").certificatePem());
        files.check();
        assertThat(component().status()).as("the other half may follow").isEqualTo(Status.UP);
        files.check();
        assertThat(component().status()).isEqualTo(Status.DEGRADED);
        assertThat(component().detail()).contains("not the key of the first certificate", "stays in use");
    }

    private Health.Component component() {
        return Objects.requireNonNull(health.snapshot().components().get("http.tls"));
    }

    @Test
    void wholeChainIsSent() throws Exception {
        GivenCertificate server = GivenCertificate.make(directory, "EC");
        GivenCertificate authority = GivenCertificate.make(directory, "EC");
        server.write(certificate, key);
        Files.writeString(certificate, "A comment\n" + server.certificatePem() + authority.certificatePem());
        try (WriteServer started = start();
                SSLSocket socket = connect(started, server.trusting())) {
            assertThat(socket.getSession().getPeerCertificates()).hasSize(2);
        }
    }

    @Test
    void unusableFilesEndTheStartWithTheReason() throws Exception {
        GivenCertificate given = GivenCertificate.make(directory, "EC");
        given.write(certificate, key);

        refused("", "tls.key: expected a private key as PEM; found none");
        refused(given.certificatePem(), "tls.key: expected a private key as PEM; found none");
        refused(
                GivenCertificate.pem("ENCRYPTED PRIVATE KEY", given.key()),
                "found BEGIN ENCRYPTED PRIVATE KEY. Turn it into that with: openssl pkcs8 -topk8 -nocrypt -in " + key);
        refused(
                "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n",
                "found BEGIN EC PRIVATE KEY.");
        refused(GivenCertificate.pem("PRIVATE KEY", new byte[] {1, 2, 3}), "expected a key of type EC");
        refused(GivenCertificate.make(directory, "RSA").keyPem(), "expected a key of type EC");
        refused(GivenCertificate.make(directory, "EC").keyPem(), "not the key of the first certificate");

        GivenCertificate.writeSecret(key, given.keyPem());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        refused("tls.key: every user of this machine may read it; run chmod o-r on it");

        GivenCertificate.make(directory, "Ed25519").write(certificate, key);
        refused("expected the key of an RSA or EC certificate; the certificate is EdDSA");
        Files.writeString(certificate, "nothing");
        refused("tls.crt: expected certificates as PEM");
        Files.delete(certificate);
        refused("tls.crt: no such file");
    }

    private void refused(String keyText, String reason) throws Exception {
        GivenCertificate.writeSecret(key, keyText);
        refused(reason);
    }

    private void refused(String reason) {
        assertThatThrownBy(this::start)
                .isInstanceOf(HttpStartException.class)
                .hasMessageStartingWith("http.tls: " + directory)
                .hasMessageContaining(reason);
    }
}
