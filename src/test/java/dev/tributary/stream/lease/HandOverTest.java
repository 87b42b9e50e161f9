package dev.tributary.stream.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tributary.local.LocalDynamoDb;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.kinesis.common.DdbTableConfig;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseRefresher;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseSerializer;
import software.amazon.kinesis.leases.dynamodb.TableCreatorCallback;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

class HandOverTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private final String table = dynamo.createTable("leases", "leaseKey:S");
    private final AtomicInteger failures = new AtomicInteger();
    private final DynamoDbAsyncClient client = dynamo.configure(DynamoDbAsyncClient.builder())
            .overrideConfiguration(override -> override.addExecutionInterceptor(new FirstUpdateFails()))
            .build();

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void aLeaseWhoseCallFailsInTheClientIsLeftToExpireAndTheOthersAreReleased() throws Exception {
        DynamoDBLeaseRefresher leases = leases();
        leases.createLeaseIfNotExists(lease("users/shard-1"));
        leases.createLeaseIfNotExists(lease("users/shard-2"));
        failures.set(1);

        handOver(leases, table).stop();

        assertThat(leases.listLeases()).extracting(Lease::leaseOwner).containsExactlyInAnyOrder("me", null);
    }

    @Test
    void aStopEndsWithALeaseTableThatCannotBeReached() {
        handOver(leases(), "no-such-table").stop();
    }

    private HandOver handOver(DynamoDBLeaseRefresher leases, String readFrom) {
        return new HandOver(
                client, leases, readFrom, "me", new LeaseTimings(Duration.ofSeconds(4)), InstantSource.system());
    }

    private static Lease lease(String key) {
        Lease lease = new Lease();
        lease.leaseKey(key);
        lease.leaseOwner("me");
        lease.leaseCounter(1L);
        lease.ownerSwitchesSinceCheckpoint(0L);
        lease.checkpoint(ExtendedSequenceNumber.TRIM_HORIZON);
        return lease;
    }

    private DynamoDBLeaseRefresher leases() {
        return new DynamoDBLeaseRefresher(
                table,
                client,
                new DynamoDBLeaseSerializer(),
                true,
                TableCreatorCallback.NOOP_TABLE_CREATOR_CALLBACK,
                Duration.ofSeconds(10),
                new DdbTableConfig().billingMode(BillingMode.PAY_PER_REQUEST),
                false,
                false,
                List.of());
    }

    private final class FirstUpdateFails implements ExecutionInterceptor {
        @Override
        public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
            if (context.request() instanceof UpdateItemRequest && failures.getAndDecrement() > 0) {
                throw SdkClientException.create("the call was not sent");
            }
        }
    }
}
