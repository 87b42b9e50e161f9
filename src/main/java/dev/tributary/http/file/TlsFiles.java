package dev.tributary.http.file;

import java.nio.file.Path;

/**
 * PEM files of a server.
 *
 * @param certificate its certificate, and those between it and the authority
 * @param key its private key
 */
public record TlsFiles(Path certificate, Path key) {}
