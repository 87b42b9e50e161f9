package dev.tributary.document;

/**
 * What is wrong with one value of a request.
 *
 * @param pointer JSON Pointer (RFC 6901) to the value; empty for the whole document
 * @param message for people: what was expected, and what was found
 */
public record FieldError(String pointer, String message) {}
