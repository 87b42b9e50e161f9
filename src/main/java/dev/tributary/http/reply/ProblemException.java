package dev.tributary.http.reply;

/** Thrown to refuse a request. It has no stack trace: the request is at fault, not the code. */
public final class ProblemException extends RuntimeException {

    private final transient ProblemDocument document;

    public ProblemException(ProblemDocument document) {
        super(document.type().slug(), null, false, false);
        this.document = document;
    }

    public ProblemException(ProblemType type, String detail) {
        this(ProblemDocument.of(type, detail));
    }

    public ProblemDocument document() {
        return document;
    }
}
