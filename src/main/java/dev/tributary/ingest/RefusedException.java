package dev.tributary.ingest;

/** Carries a problem out of the depths of a document. Without a stack trace: the request is at fault, not the code. */
final class RefusedException extends Exception {

    private final transient Problem problem;

    RefusedException(Problem problem) {
        super(problem.kind().name(), null, false, false);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
