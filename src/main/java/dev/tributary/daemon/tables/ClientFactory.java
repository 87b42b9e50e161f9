package dev.tributary.daemon.tables;

import dev.tributary.daemon.settings.AwsSettings;
import dev.tributary.dynamo.LongNames;
import dev.tributary.dynamo.ResponseCheck;
import dev.tributary.local.LocalEndpoint;
import dev.tributary.local.LocalStreams;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/** Makes clients that share threads and the credentials of roles, and check responses. Not thread-safe. */
final class ClientFactory implements AutoCloseable {

    /** Names the sessions of assumed roles, in the logs of the other account. */
    private static final String ROLE_SESSION = "tributary";

    private final AwsSettings defaults;
    private final @Nullable LocalEndpoint local;
    private final SdkThreads threads = new SdkThreads();

    /** By role. */
    private final Map<String, StsAssumeRoleCredentialsProvider> credentials = new HashMap<>();

    /** The clients that assume roles. */
    private final List<SdkAutoCloseable> assumed = new ArrayList<>();

    /** @param local the DynamoDB Local that holds all tables; null without */
    ClientFactory(AwsSettings defaults, @Nullable LocalEndpoint local) {
        LongNames.allow();
        this.defaults = defaults;
        this.local = local;
    }

    DynamoDbAsyncClient async(
            ClientPlace place, int connections, Consumer<ClientOverrideConfiguration.Builder> override) {
        return placed(DynamoDbAsyncClient.builder(), place)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder()
                        .maxConcurrency(connections)
                        .eventLoopGroup(threads.eventLoops()))
                .overrideConfiguration(checked(override))
                .build();
    }

    /** @param ofLocal whether the tables are in a DynamoDB Local */
    DynamoDbStreamsClient streams(ClientPlace place, int connections, boolean ofLocal) {
        return placed(DynamoDbStreamsClient.builder(), place)
                .httpClientBuilder(ApacheHttpClient.builder().maxConnections(connections))
                .overrideConfiguration(checked(override -> {
                    limitTime(override);
                    if (ofLocal) {
                        override.addExecutionInterceptor(new LocalStreams());
                    }
                }))
                .build();
    }

    /** Sets the configured timeouts of a call and of each attempt. */
    void limitTime(ClientOverrideConfiguration.Builder override) {
        override.apiCallTimeout(defaults.callTimeout()).apiCallAttemptTimeout(defaults.attemptTimeout());
    }

    private Consumer<ClientOverrideConfiguration.Builder> checked(
            Consumer<ClientOverrideConfiguration.Builder> override) {
        return override.andThen(threads::addTo).andThen(each -> each.addExecutionInterceptor(new ResponseCheck()));
    }

    private <B extends AwsClientBuilder<B, C>, C> B placed(B builder, ClientPlace place) {
        place.region().map(Region::of).ifPresent(builder::region);
        place.endpoint().ifPresent(builder::endpointOverride);
        if (local != null) {
            builder.credentialsProvider(local.credentials());
        }
        place.role()
                .ifPresent(role -> builder.credentialsProvider(
                        credentials.computeIfAbsent(role, absent -> assume(role, place.region()))));
        return builder;
    }

    /** Credentials of a role, which are renewed before they expire. */
    private StsAssumeRoleCredentialsProvider assume(String role, Optional<String> region) {
        StsClientBuilder builder = StsClient.builder()
                .httpClientBuilder(ApacheHttpClient.builder())
                .overrideConfiguration(override -> {
                    limitTime(override);
                    threads.addTo(override);
                });
        region.map(Region::of).ifPresent(builder::region);
        StsClient sts = builder.build();
        StsAssumeRoleCredentialsProvider provider = StsAssumeRoleCredentialsProvider.builder()
                .stsClient(sts)
                .refreshRequest(request -> request.roleArn(role).roleSessionName(ROLE_SESSION))
                .build();
        assumed.add(provider);
        assumed.add(sts);
        return provider;
    }

    /** After the clients are closed. */
    @Override
    public void close() {
        assumed.forEach(SdkAutoCloseable::close);
        threads.close();
    }
}
