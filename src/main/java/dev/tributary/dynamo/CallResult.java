package dev.tributary.dynamo;

import dev.tributary.dynamo.WriteFailure.Kind;
import dev.tributary.model.Failures;
import java.util.concurrent.CancellationException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * How a call of a table ended, whatever was answered and whatever was thrown. Code behind this looks at no raw error.
 *
 * @param <T> what the call gives
 */
public sealed interface CallResult<T> {

    /** The call gave this. */
    record Done<T>(T value) implements CallResult<T> {}

    /** The table will never take this very request. */
    record Refused<T>(WriteFailure failure) implements CallResult<T> {}

    /** The same call may succeed later. */
    record TryAgain<T>(WriteFailure failure) implements CallResult<T> {}

    /** An error of this program: nothing is known of what it leaves behind. */
    record Fatal<T>(Throwable cause) implements CallResult<T> {}

    /** What it means that a call ended with this exception. */
    static <T> CallResult<T> failed(Throwable thrown) {
        Throwable failure = Failures.unwrap(thrown);
        if (!isOfACall(failure)) {
            return new Fatal<>(failure);
        }
        WriteFailure meaning = WriteFailure.of(failure);
        return meaning.kind() == Kind.SCHEMA ? new Refused<>(meaning) : new TryAgain<>(meaning);
    }

    /** The SDK turns everything it meets into its own exceptions, what it cannot parse included. */
    private static boolean isOfACall(Throwable failure) {
        return failure instanceof SdkException
                || failure instanceof StatementException
                || failure instanceof CollisionException
                || failure instanceof CancellationException;
    }
}
