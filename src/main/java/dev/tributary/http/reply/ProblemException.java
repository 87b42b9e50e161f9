package dev.tributary.http.reply;

/** Ends a request with a problem. Without a stack trace: the request is at fault, not the code. */
public final class ProblemException extends RuntimeException {

    private final transient ProblemDocument document;

    public ProblemException(ProblemDocument document) {
        super(document.type().slug(), null, false, false);
        this.document = document;
    }

    public ProblemDocument document() {
        return document;
    }
}
