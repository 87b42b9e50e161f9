package dev.tributary.stream.read;

import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.kinesis.retrieval.DataFetcherResult;
import software.amazon.kinesis.retrieval.polling.DataFetcher;

/** A fetcher for DynamoDB streams: answers the part of KCL's interface that speaks of Kinesis, and is never called. */
abstract class DynamoDbFetcher implements DataFetcher {

    /** The same for a result. */
    abstract static class Result implements DataFetcherResult {
        @Override
        @Deprecated
        public GetRecordsResponse getResult() {
            throw kinesisOnly();
        }

        @Override
        @Deprecated
        public GetRecordsResponse accept() {
            throw kinesisOnly();
        }
    }

    @Override
    public GetRecordsResponse getGetRecordsResponse(GetRecordsRequest request) {
        throw kinesisOnly();
    }

    @Override
    public GetRecordsRequest getGetRecordsRequest(String nextIterator) {
        throw kinesisOnly();
    }

    @Override
    public String getNextIterator(GetShardIteratorRequest request) {
        throw kinesisOnly();
    }

    @Override
    public GetRecordsResponse getRecords(String nextIterator) {
        throw kinesisOnly();
    }

    private static UnsupportedOperationException kinesisOnly() {
        return new UnsupportedOperationException("A call for Kinesis streams; KCL does not make it for DynamoDB's");
    }
}
