package dev.tributary.stream.read;

import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.kinesis.retrieval.DataFetcherResult;
import software.amazon.kinesis.retrieval.polling.DataFetcher;

/** KCL's fetcher interface without its methods for Kinesis, which KCL never calls for DynamoDB streams. */
abstract class DynamoDbFetcher implements DataFetcher {

    /** KCL's result interface without its methods for Kinesis. */
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
        return new UnsupportedOperationException("Supported for Kinesis streams only");
    }
}
