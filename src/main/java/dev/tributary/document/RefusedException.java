package dev.tributary.document;

/** A request that cannot be carried out. Has no stack trace, because the request is at fault and not the code. */
public final class RefusedException extends Exception {

    private final transient Problem problem;

    public RefusedException(Problem problem) {
        super(problem.kind().name(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
