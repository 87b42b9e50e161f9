package dev.tributary.dynamo;

import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Rejects responses of a proxy that look like a success to the SDK. */
public final class ResponseCheck {

    private static final String LENGTH = "Content-Length";
    private static final String REQUEST_ID = "x-amzn-RequestId";
    private static final String CODING = "Transfer-Encoding";

    /** Rejects them in every call of a client. */
    public static final ExecutionInterceptor OF_CLIENT = new ExecutionInterceptor() {
        @Override
        public void afterUnmarshalling(Context.AfterUnmarshalling context, ExecutionAttributes attributes) {
            check(context.httpResponse());
        }
    };

    private ResponseCheck() {}

    /**
     * Returns the response if it is from the service, which answers {@code {}} at least.
     *
     * @throws SdkClientException if the body is empty; the effect of the call is unknown then
     */
    public static <R extends SdkResponse> R byService(R response) {
        if (response.sdkHttpResponse() != null) { // it is for a response that a test has made
            check(response.sdkHttpResponse());
        }
        return response;
    }

    /** Responses of the service have the id of their request, and a length unless somebody on the way sends them in chunks. */
    private static void check(SdkHttpResponse response) {
        boolean empty = response.firstMatchingHeader(LENGTH)
                .map("0"::equals)
                .orElseGet(() -> response.firstMatchingHeader(REQUEST_ID).isEmpty()
                        && response.firstMatchingHeader(CODING).isEmpty());
        if (empty) {
            throw SdkClientException.create(
                    "an empty response with status " + response.statusCode() + ", which is not from the service");
        }
    }
}
