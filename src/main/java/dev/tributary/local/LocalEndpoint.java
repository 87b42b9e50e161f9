package dev.tributary.local;

import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/**
 * How clients reach a DynamoDB Local, in this process or in that of a daemon on this machine. Region and credentials are
 * fixed, so that no client asks the environment or a metadata address.
 */
public record LocalEndpoint(URI endpoint, Region region, AwsCredentialsProvider credentials) {

    /** The one that listens on this port. */
    public static LocalEndpoint at(int port) {
        return new LocalEndpoint(
                URI.create("http://127.0.0.1:" + port),
                Region.US_EAST_1,
                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
    }
}
