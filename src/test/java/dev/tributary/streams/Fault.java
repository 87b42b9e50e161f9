package dev.tributary.streams;

import java.time.Duration;

/**
 * A fault of the endpoint in place of, or before, a regular answer.
 *
 * @param status of the HTTP answer; 0 for a regular answer
 * @param type shape name of the error, which the SDK turns into the exception of that name
 * @param delay before the answer
 */
public record Fault(int status, String type, String message, Duration delay) {

    public static Fault limitExceeded() {
        return client("LimitExceededException", "Too many operations for a given subscriber");
    }

    public static Fault throughputExceeded() {
        return client("ProvisionedThroughputExceededException", "The level of throughput is exceeded");
    }

    public static Fault internalError() {
        return new Fault(500, "InternalServerError", "The request processing has failed", Duration.ZERO);
    }

    public static Fault expiredIterator() {
        return client("ExpiredIteratorException", "Iterator expired");
    }

    public static Fault trimmed() {
        return client("TrimmedDataAccessException", "The operation attempted to read past the oldest stream record");
    }

    public static Fault notFound(String what) {
        return client("ResourceNotFoundException", "Requested resource not found: " + what + " not found");
    }

    public static Fault invalid(String message) {
        return client("ValidationException", message);
    }

    /** The answer of a proxy, which the SDK takes for a success without a value. */
    public static Fault empty() {
        return new Fault(200, "", "", Duration.ZERO);
    }

    /** A late regular answer. */
    public static Fault slow(Duration delay) {
        return new Fault(0, "", "", delay);
    }

    private static Fault client(String type, String message) {
        return new Fault(400, type, message, Duration.ZERO);
    }

    boolean isEmpty() {
        return status == 200;
    }

    boolean answersProperly() {
        return status == 0;
    }

    /** Thrown to answer a request with this fault. */
    Refusal refusal() {
        return new Refusal(this);
    }

    static final class Refusal extends RuntimeException {
        private final transient Fault fault;

        private Refusal(Fault fault) {
            super(fault.message());
            this.fault = fault;
        }

        Fault fault() {
            return fault;
        }
    }
}
