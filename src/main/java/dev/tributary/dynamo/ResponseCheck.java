package dev.tributary.dynamo;

import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Fails calls whose response is empty, which the service's never is: it answers {@code {}} at least. To the SDK, an empty one
 * of a proxy is a write that took effect, an item that does not exist, or the end of a shard. Stateless.
 */
public final class ResponseCheck implements ExecutionInterceptor {

    private static final String LENGTH = "Content-Length";
    private static final String REQUEST_ID = "x-amzn-RequestId";
    private static final String CODING = "Transfer-Encoding";

    /** @throws SdkClientException if the response is empty; the effect of the call is unknown then */
    @Override
    public void afterUnmarshalling(Context.AfterUnmarshalling context, ExecutionAttributes attributes) {
        SdkHttpResponse response = context.httpResponse();
        // A response of the service has a length unless somebody on the way sends it in chunks.
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
