package dev.tributary.stream;

import dev.tributary.model.Change;
import dev.tributary.model.Item;
import dev.tributary.model.ItemKey;
import dev.tributary.model.Mark;
import dev.tributary.model.Version;
import software.amazon.awssdk.services.dynamodb.model.Record;

/** From a stream record to a change. */
final class ChangeDecoder {

    private final SourceStream stream;

    ChangeDecoder(SourceStream stream) {
        this.stream = stream;
    }

    /**
     * @throws IllegalArgumentException if the record is of a kind DynamoDB does not document
     */
    Change decode(Record record) {
        var data = record.dynamodb();
        Mark mark = new Mark(
                ItemKey.of(stream.identity(), data.keys()),
                Version.of(stream.epoch(), data.sequenceNumber()),
                data.approximateCreationDateTime());
        Item before = new Item(data.oldImage());
        Item after = new Item(data.newImage());
        return switch (record.eventName()) {
            case INSERT -> new Change.Insert(mark, after);
            case MODIFY -> new Change.Modify(mark, before, after);
            case REMOVE -> new Change.Remove(mark, before);
            case UNKNOWN_TO_SDK_VERSION ->
                throw new IllegalArgumentException("A stream record says INSERT, MODIFY or REMOVE, not "
                        + record.eventNameAsString() + " as record " + data.sequenceNumber());
        };
    }
}
