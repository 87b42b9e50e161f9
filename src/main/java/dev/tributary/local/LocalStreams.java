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
import software.amazon.awssdk.services.dynamodb.model.ListStreamsResponse;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardFilter;
import software.amazon.awssdk.services.dynamodb.model.ShardFilterType;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;

/**
 * Makes the streams of DynamoDB Local look like those of AWS, on the streams client that the KCL adapter is given.
 *
 * <p>Local's stream ARNs name the region {@code ddblocal}, which the adapter refuses, and Local knows a stream by no
 * other name; so ARNs are translated both ways. Local answers the {@code CHILD_SHARDS} filter with no shards at all; so
 * the filter is applied here. Local's records are made those of AWS. Stateless, and never for a client of AWS: it takes
 * {@code us-east-1} for Local's region.
 */
public final class LocalStreams implements ExecutionInterceptor {

    private static final String LOCAL = "arn:aws:dynamodb:ddblocal:";
    private static final String AWS = "arn:aws:dynamodb:us-east-1:";

    private static final ExecutionAttribute<String> PARENT = new ExecutionAttribute<>("tributary.local.parentShard");

    /** Whether the ARN is one of DynamoDB Local. */
    public static boolean isLocal(String arn) {
        return arn.startsWith(LOCAL);
    }

    /** The ARN to give to the adapter; one that is not of DynamoDB Local is returned as it is. */
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
        if (response instanceof ListStreamsResponse list) {
            return list.toBuilder()
                    .streams(list.streams().stream()
                            .map(stream -> stream.toBuilder()
                                    .streamArn(toAws(stream.streamArn()))
                                    .build())
                            .toList())
                    .build();
        }
        return response instanceof GetRecordsResponse records ? LocalRecords.restore(records) : response;
    }
}
