package dev.tributary.dynamo;

import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Tells answers of the service from those of something in between that look like success to the SDK. */
public final class ResponseCheck {

    private static final String LENGTH = "Content-Length";

    private ResponseCheck() {}

    /**
     * Returns the response of a call that the service answered: with {@code {}} at least.
     *
     * @throws SdkClientException if the answer was empty, and nothing is known of the call
     */
    public static <R extends SdkResponse> R byService(R response) {
        // Not there where a test answers.
        boolean empty = response.sdkHttpResponse() != null
                && response.sdkHttpResponse()
                        .firstMatchingHeader(LENGTH)
                        .filter("0"::equals)
                        .isPresent();
        if (empty) {
            throw SdkClientException.create("an empty answer of status "
                    + response.sdkHttpResponse().statusCode() + ", which is not the service's");
        }
        return response;
    }
}
