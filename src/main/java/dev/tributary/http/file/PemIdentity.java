package dev.tributary.http.file;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The certificate chain and the private key of a server, read from PEM files. */
final class PemIdentity {

    /** Of a key store that exists in memory only. */
    static final String PASSWORD = "in memory";

    private static final Set<String> ALGORITHMS = Set.of("RSA", "EC");
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    /** Also finds the older forms of keys, which have headers in the block. */
    private static final Pattern OTHER_KEY = Pattern.compile("-----BEGIN ([A-Z0-9]+ PRIVATE KEY)-----");

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private PemIdentity(List<X509Certificate> chain, PrivateKey key) {
        this.chain = chain;
        this.key = key;
    }

    /** Reads the files. The exception names the one that is invalid. */
    static PemIdentity read(ProtectedFile certificate, ProtectedFile key) throws UnusableFileException {
        List<X509Certificate> chain = chain(certificate);
        PublicKey known = chain.get(0).getPublicKey();
        PrivateKey secret = key(key, known.getAlgorithm());
        if (!belongTogether(secret, known)) {
            throw new UnusableFileException(
                    "%s: not the key of the first certificate in %s".formatted(key.path(), certificate.path()));
        }
        return new PemIdentity(chain, secret);
    }

    private static List<X509Certificate> chain(ProtectedFile file) throws UnusableFileException {
        try {
            List<X509Certificate> chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(file.read()))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (chain.isEmpty()) {
                throw new UnusableFileException("%s: expected certificates as PEM; found none".formatted(file.path()));
            }
            return chain;
        } catch (CertificateException e) {
            throw new UnusableFileException(
                    "%s: expected certificates as PEM; one cannot be read".formatted(file.path()), e);
        }
    }

    /** @param algorithm of the certificate; the JDK does not take it from PKCS#8 */
    private static PrivateKey key(ProtectedFile file, String algorithm) throws UnusableFileException {
        if (!ALGORITHMS.contains(algorithm)) {
            throw new UnusableFileException("%s: expected the key of an RSA or EC certificate; the certificate is %s"
                    .formatted(file.path(), algorithm));
        }
        String text = new String(file.read(), US_ASCII);
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            if (block.group(1).equals("PRIVATE KEY")) {
                return decode(file, block.group(2), algorithm);
            }
        }
        Matcher other = OTHER_KEY.matcher(text);
        if (other.find()) {
            throw new UnusableFileException(
                    "%s: expected BEGIN PRIVATE KEY, which is PKCS#8 without a password; found BEGIN %s. Turn it into that with: openssl pkcs8 -topk8 -nocrypt -in %s"
                            .formatted(file.path(), other.group(1), file.path()));
        }
        throw new UnusableFileException("%s: expected a private key as PEM; found none".formatted(file.path()));
    }

    private static PrivateKey decode(ProtectedFile file, String base64, String algorithm) throws UnusableFileException {
        try {
            return KeyFactory.getInstance(algorithm)
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new UnusableFileException(
                    "%s: expected a key of type %s, as the certificate has; this cannot be read as one"
                            .formatted(file.path(), algorithm),
                    e);
        }
    }

    /** Whether the public key verifies a signature of the private key. */
    private static boolean belongTogether(PrivateKey secret, PublicKey known) throws UnusableFileException {
        try {
            byte[] text = "a text".getBytes(US_ASCII);
            Signature signature =
                    Signature.getInstance(known.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
            signature.initSign(secret);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(known);
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            throw new UnusableFileException("the key cannot be used: " + e.getMessage(), e);
        }
    }

    /** When the first of the certificates expires. */
    Instant end() {
        return chain.stream()
                .map(one -> one.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    KeyStore keyStore() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", key, PASSWORD.toCharArray(), chain.toArray(Certificate[]::new));
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every JVM has key stores in memory", e);
        }
    }
}
