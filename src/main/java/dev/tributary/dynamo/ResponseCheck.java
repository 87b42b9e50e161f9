package dev.tributary.dynamo;

import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Rejects responses of a proxy that look like a success to the SDK. */
public final class ResponseCheck {

    private static final String LENGTH = "Content-Length";

    private ResponseCheck() {}

    /**
     * Returns the response if it is from the service, which answers {@code {}} at least.
     *
     * @throws SdkClientException if the body is empty; the effect of the call is unknown then
     */
    public static <R extends SdkResponse> R byService(R response) {
        // null for a response that a test has made
        boolean empty = response.sdkHttpResponse() != null
                && response.sdkHttpResponse()
                        .firstMatchingHeader(LENGTH)
                        .filter("0"::equals)
                        .isPresent();
        if (empty) {
            throw SdkClientException.create("an empty response with status "
                    + response.sdkHttpResponse().statusCode() + ", which is not from the service");
        }
        return response;
    }
}
