package dev.tributary.bench;

import dev.tributary.local.LocalStreams;
import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * SDK clients with the settings of the daemon.
 *
 * @param control for tables and leases
 * @param writes makes one attempt for each call
 * @param blocking for reading single rows; the daemon has none
 * @param streams for reading streams
 */
record Clients(
        DynamoDbAsyncClient control, DynamoDbAsyncClient writes, DynamoDbClient blocking, DynamoDbStreamsClient streams)
        implements AutoCloseable {

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_CONNECTIONS = 256;

    static Clients of(URI endpoint, Duration writeTimeout) {
        return new Clients(
                placed(DynamoDbAsyncClient.builder(), endpoint)
                        .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(MAX_CONNECTIONS))
                        .overrideConfiguration(override ->
                                override.apiCallTimeout(CALL_TIMEOUT).apiCallAttemptTimeout(ATTEMPT_TIMEOUT))
                        .build(),
                placed(DynamoDbAsyncClient.builder(), endpoint)
                        .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(MAX_CONNECTIONS))
                        .overrideConfiguration(override ->
                                override.apiCallTimeout(writeTimeout).retryStrategy(AwsRetryStrategy.doNotRetry()))
                        .build(),
                placed(DynamoDbClient.builder(), endpoint)
                        .httpClientBuilder(ApacheHttpClient.builder().maxConnections(MAX_CONNECTIONS))
                        .build(),
                placed(DynamoDbStreamsClient.builder(), endpoint)
                        .httpClientBuilder(ApacheHttpClient.builder().maxConnections(MAX_CONNECTIONS))
                        .overrideConfiguration(override -> override.apiCallTimeout(CALL_TIMEOUT)
                                .apiCallAttemptTimeout(ATTEMPT_TIMEOUT)
                                .addExecutionInterceptor(new LocalStreams()))
                        .build());
    }

    private static <B extends AwsClientBuilder<B, C>, C> B placed(B builder, URI endpoint) {
        return builder.region(Region.US_EAST_1)
                .endpointOverride(endpoint)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
    }

    @Override
    public void close() {
        streams.close();
        blocking.close();
        writes.close();
        control.close();
    }
}
