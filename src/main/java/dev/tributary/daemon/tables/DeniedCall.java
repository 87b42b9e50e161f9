package dev.tributary.daemon.tables;

import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** The advice to allow a call that was denied. */
final class DeniedCall {

    private static final String DENIED = "AccessDeniedException";

    private DeniedCall() {}

    static boolean isDenied(SdkException thrown) {
        return thrown instanceof AwsServiceException service
                && service.awsErrorDetails() != null
                && DENIED.equals(service.awsErrorDetails().errorCode());
    }

    /** A text to append to the problem; empty if the call failed for another reason. */
    static String remedy(SdkException thrown, String operation, String table) {
        return isDenied(thrown)
                ? "; allow dynamodb:" + operation + " on table " + table + " (tributary iam prints the whole policy)"
                : "";
    }
}
