package dev.tributary.http;

/** Ends a request with a problem. Without a stack trace: the request is at fault, not the code. */
final class ProblemException extends RuntimeException {

    private final transient ProblemDocument document;

    ProblemException(ProblemDocument document) {
        super(document.type().slug(), null, false, false);
        this.document = document;
    }

    ProblemDocument document() {
        return document;
    }
}
