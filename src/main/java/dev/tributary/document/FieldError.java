package dev.tributary.document;

/**
 * An invalid value of a request.
 *
 * @param pointer JSON Pointer (RFC 6901) to the value; empty for the whole document
 * @param message what was expected and what was found, for the caller
 */
public record FieldError(String pointer, String message) {}
