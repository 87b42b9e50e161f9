package dev.tributary.local;

import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/**
 * The endpoint of a DynamoDB Local in this process or in a daemon on this machine. Region and credentials are fixed, so
 * that clients read neither the environment nor a metadata service.
 */
public record LocalEndpoint(URI endpoint, Region region, AwsCredentialsProvider credentials) {

    /** The endpoint on this port. */
    public static LocalEndpoint at(int port) {
        return new LocalEndpoint(
                URI.create("http://127.0.0.1:" + port),
                Region.US_EAST_1,
                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
    }
}
