package dev.tributary.dynamo;

import dev.tributary.dynamo.WriteFailure.Kind;
import dev.tributary.model.Failures;
import java.util.concurrent.CancellationException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The result of a call to a table, whatever the response or the exception. Callers see no raw exception.
 *
 * @param <T> the value of a successful call
 */
public sealed interface CallResult<T> {

    /** The call succeeded with this value. */
    record Done<T>(T value) implements CallResult<T> {}

    /** The table will never accept this request. */
    record Refused<T>(WriteFailure failure) implements CallResult<T> {}

    /** The same call may succeed later. */
    record TryAgain<T>(WriteFailure failure) implements CallResult<T> {}

    /** An error of this program, with unknown effect. */
    record Fatal<T>(Throwable cause) implements CallResult<T> {}

    /** Classifies an exception. */
    static <T> CallResult<T> failed(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (!isCallFailure(failure)) {
            return new Fatal<>(failure);
        }
        WriteFailure meaning = WriteFailure.of(failure);
        return meaning.kind() == Kind.SCHEMA ? new Refused<>(meaning) : new TryAgain<>(meaning);
    }

    /** The SDK wraps every failure of a call in its own exceptions, also a response that it cannot parse. */
    private static boolean isCallFailure(Throwable failure) {
        return failure instanceof SdkException
                || failure instanceof StatementException
                || failure instanceof CollisionException
                || failure instanceof CancellationException;
    }
}
