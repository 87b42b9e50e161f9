package dev.tributary.local;

import java.util.List;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardFilter;
import software.amazon.awssdk.services.dynamodb.model.ShardFilterType;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;

/**
 * Adapts the streams of DynamoDB Local to those of AWS, as an interceptor of the streams client that the KCL adapter uses.
 *
 * <p>Stream ARNs of DynamoDB Local name the region {@code ddblocal}, which the adapter refuses; they are translated in both
 * directions. DynamoDB Local returns no shards for the filter {@code CHILD_SHARDS}; the filter is applied here. Records are
 * converted by {@link LocalRecords}. Stateless. Not for a client of AWS, because ARNs of {@code us-east-1} are translated.
 */
public final class LocalStreams implements ExecutionInterceptor {

    private static final String LOCAL = "arn:aws:dynamodb:ddblocal:";
    private static final String AWS = "arn:aws:dynamodb:us-east-1:";

    private static final ExecutionAttribute<String> PARENT = new ExecutionAttribute<>("tributary.local.parentShard");

    /** Whether an ARN is from DynamoDB Local. */
    public static boolean isLocal(String arn) {
        return arn.startsWith(LOCAL);
    }

    /** Translates an ARN of DynamoDB Local for the adapter; returns any other ARN unchanged. */
    public static String toAws(String arn) {
        return isLocal(arn) ? AWS + arn.substring(LOCAL.length()) : arn;
    }

    private static String toLocal(String arn) {
        return arn.startsWith(AWS) ? LOCAL + arn.substring(AWS.length()) : arn;
    }

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        SdkRequest request = context.request();
        if (request instanceof GetShardIteratorRequest iterator) {
            return iterator.toBuilder().streamArn(toLocal(iterator.streamArn())).build();
        }
        if (request instanceof DescribeStreamRequest describe) {
            DescribeStreamRequest.Builder local = describe.toBuilder().streamArn(toLocal(describe.streamArn()));
            ShardFilter filter = describe.shardFilter();
            if (filter != null && filter.type() == ShardFilterType.CHILD_SHARDS) {
                attributes.putAttribute(PARENT, filter.shardId());
                local.shardFilter((ShardFilter) null);
            }
            return local.build();
        }
        return request;
    }

    @Override
    public SdkResponse modifyResponse(Context.ModifyResponse context, ExecutionAttributes attributes) {
        SdkResponse response = context.response();
        if (response instanceof DescribeStreamResponse describe) {
            StreamDescription local = describe.streamDescription();
            String parent = attributes.getAttribute(PARENT);
            List<Shard> shards = local.shards().stream()
                    .filter(shard -> parent == null || parent.equals(shard.parentShardId()))
                    .toList();
            return describe.toBuilder()
                    .streamDescription(local.toBuilder()
                            .streamArn(toAws(local.streamArn()))
                            .shards(shards)
                            .build())
                    .build();
        }
        return response instanceof GetRecordsResponse records ? LocalRecords.restore(records) : response;
    }
}
