package dev.tributary.items;

import dev.tributary.acknowledgement.Acknowledgements;
import dev.tributary.acknowledgement.WriteMark;
import dev.tributary.document.InvalidResourceException;
import dev.tributary.document.ItemReader;
import dev.tributary.document.ItemSchema;
import dev.tributary.document.Problem;
import dev.tributary.document.Problem.Kind;
import dev.tributary.document.RefusedException;
import dev.tributary.document.ServerValues;
import dev.tributary.document.UriKey;
import dev.tributary.document.ValueOrigin;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.model.QueryKey;
import dev.tributary.model.TableLayout;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The items of one table, read and written by key as JSON documents. Safe for any thread; never blocks. */
public final class Resource {

    private final String name;
    private final String path;
    private final ResourceSettings settings;
    private final boolean writable;
    private final Table place;
    private final ItemSchema schema;
    private final ResourceTable table;
    private final ItemReader reader;
    private final ChangeExecution execution;
    private final Delivery plain;
    private final Duration timeout;
    private final Clock clock;
    private final TableFailures failures;
    private final Optional<Idempotency> idempotency;
    private final Optional<Acknowledgements> acknowledgements;

    /**
     * The table of a resource, and the clients for its region and account, which remain the caller's to close.
     *
     * @param client for single items
     * @param pages for reads of many items, each of which takes the memory of many single ones
     */
    public record Table(TableLayout layout, DynamoDbAsyncClient client, DynamoDbAsyncClient pages) {}

    /**
     * What follows from a write, if the table is a source.
     *
     * @param written called after each write that was applied; never waits
     * @param acknowledgements for requests that wait until a write is in every target
     */
    public record Source(Runnable written, Optional<Acknowledgements> acknowledgements) {

        /** No source. */
        public static final Source NONE = new Source(() -> {}, Optional.empty());
    }

    /**
     * Creates a resource.
     *
     * @param name of the resource in the configuration
     * @param timeout for one request, with the client's own retries; more than 0
     * @param records for requests with idempotency keys; in the account and region of the table
     * @param source what its table is to the replication
     * @throws InvalidResourceException if the settings contradict the key, or a default its type
     */
    public Resource(
            String name,
            ResourceSettings settings,
            Table place,
            Duration timeout,
            Clock clock,
            IdempotencyTable records,
            Source source) {
        this(name, settings, true, place, timeout, clock, Optional.of(records), source);
    }

    /** Creates a resource that takes no writes. */
    public static Resource readOnly(
            String name, ResourceSettings settings, Table place, Duration timeout, Clock clock) {
        return new Resource(name, settings, false, place, timeout, clock, Optional.empty(), Source.NONE);
    }

    /** @param records empty: idempotency keys are refused, whatever the settings say */
    Resource(
            String name,
            ResourceSettings settings,
            boolean writable,
            Table place,
            Duration timeout,
            Clock clock,
            Optional<IdempotencyTable> records,
            Source source) {
        KeySchema key = place.layout().key();
        this.name = name;
        this.path = settings.path();
        this.settings = settings;
        this.writable = writable;
        this.place = place;
        this.schema = ItemSchema.of(
                name,
                settings.table(),
                settings.document(),
                key,
                place.layout().indexes().values());
        this.table = new ResourceTable(
                name,
                settings.table(),
                key,
                settings.document().version().map(attribute -> new ItemVersion(attribute, clock)),
                settings.precondition() == PreconditionPolicy.REQUIRED);
        this.reader = new ItemReader(
                schema,
                new ServerValues(
                        settings.document().generated(), settings.document().refreshed(), clock));
        this.execution = new ChangeExecution(place.client(), settings.table(), source.written());
        this.plain = new PlainDelivery(place.client());
        this.timeout = timeout;
        this.clock = clock;
        this.acknowledgements = source.acknowledgements();
        this.failures = new TableFailures(settings.table(), timeout);
        this.idempotency = records.filter(used -> settings.idempotency().takesKeys())
                .map(used -> new Idempotency(name, settings.table(), settings.idempotency(), place.client(), used));
    }

    /**
     * Checks the settings of a resource against its table.
     *
     * @param indexes keys of the table's indexes
     * @throws InvalidResourceException as the constructor does
     */
    public static void check(String name, ResourceSettings settings, KeySchema key, Collection<QueryKey> indexes) {
        ItemSchema.of(name, settings.table(), settings.document(), key, indexes);
    }

    public String name() {
        return name;
    }

    public String path() {
        return path;
    }

    public String table() {
        return table.name();
    }

    public ResourceSettings settings() {
        return settings;
    }

    /** Whether it takes writes. */
    public boolean isWritable() {
        return writable;
    }

    /** Its table, and the clients to read it. */
    public Table place() {
        return place;
    }

    /** Decides what has expired. */
    public Clock clock() {
        return clock;
    }

    /** The version of an item. */
    public Optional<String> versionOf(Map<String, AttributeValue> item) {
        return table.versionOf(item);
    }

    /** The rules for documents of requests. */
    public ItemSchema schema() {
        return schema;
    }

    /** Longest request for one item, with the client's own retries. */
    public Duration timeout() {
        return timeout;
    }

    /**
     * Translates the failure of a DynamoDB call for the caller of the request.
     *
     * @throws java.util.concurrent.CompletionException if the failure is a defect, and not the caller's or the table's
     */
    public WriteResult.Refused explain(Throwable thrown) {
        return new WriteResult.Refused(failures.explain(thrown));
    }

    /** Translates the failure of a read, as {@link #explain} does that of a write. */
    public WriteResult.Refused explainRead(Throwable thrown) {
        return new WriteResult.Refused(failures.explainRead(thrown));
    }

    /** How requests with idempotency keys are carried out; empty if they are refused. */
    public Optional<Idempotency> idempotency() {
        return idempotency;
    }

    /** For requests that wait until a write is in every target; empty if the table is no source. */
    public Optional<Acknowledgements> acknowledgements() {
        return acknowledgements;
    }

    /** Names of the key attributes, the partition key first. */
    public List<String> keyNames() {
        return table.key().attributes().stream().map(KeyAttribute::name).toList();
    }

    /**
     * Reads the key of a URI.
     *
     * @param texts by key attribute: strings and numbers as they are, binary in base64url
     * @throws RefusedException if no item can have this key
     */
    public Map<String, AttributeValue> key(Map<String, String> texts) throws RefusedException {
        return UriKey.read(table.key().attributes(), texts);
    }

    /**
     * Puts the item that the document describes, in place of one with the same key.
     *
     * @param document JSON in UTF-8
     */
    public ItemChange post(byte[] document, Precondition precondition) throws RefusedException {
        table.check(precondition);
        return new PutChange(table, reader.read(document, Map.of()), precondition, true);
    }

    /**
     * As {@link #post(byte[], Precondition)}.
     *
     * @param generated what its generated values are made of
     */
    ItemChange post(byte[] document, Precondition precondition, ValueOrigin generated) throws RefusedException {
        table.check(precondition);
        return new PutChange(table, reader.read(document, Map.of(), generated), precondition, true);
    }

    /**
     * Puts items in bulk.
     *
     * @param precondition of each item; ETags belong to one item, so they are refused
     */
    public BulkWriter bulk(Precondition precondition) throws RefusedException {
        if (precondition instanceof Precondition.Versions) {
            throw new RefusedException(Problem.of(
                    Kind.BAD_PRECONDITION, "If-Match with ETags names one item; with many items it takes only *."));
        }
        return new BulkWriter(
                this, precondition, table.replaces(precondition), new BatchDelivery(place.client(), plain, keyNames()));
    }

    /** Puts the item with this key; the document need not repeat the key. */
    public ItemChange put(Map<String, AttributeValue> key, byte[] document, Precondition precondition)
            throws RefusedException {
        table.check(precondition);
        return new PutChange(table, reader.read(document, key), precondition, false);
    }

    /**
     * Merges a JSON Merge Patch (RFC 7396) into an item that exists.
     *
     * @param document JSON in UTF-8
     */
    public ItemChange patch(Map<String, AttributeValue> key, byte[] document, Precondition precondition)
            throws RefusedException {
        table.checkOfExisting(precondition);
        return new PatchChange(table, key, reader.readPatch(document, key), precondition);
    }

    /** Removes an item, which need not exist. */
    public ItemChange delete(Map<String, AttributeValue> key, Precondition precondition) throws RefusedException {
        table.checkOfExisting(precondition);
        return new DeleteChange(table, key, precondition);
    }

    /** The delivery that marks what it writes; empty for one that sends each write separately. */
    public MarkedDelivery marked(Optional<Delivery> delivery, WriteMark mark) {
        return new MarkedDelivery(delivery.orElse(plain), plain, mark);
    }

    /** Carries a change out in separate calls. */
    public CompletableFuture<WriteResult> run(ItemChange change) {
        return run(change, plain);
    }

    /**
     * Carries a change out.
     *
     * @return fails only for defects
     */
    public CompletableFuture<WriteResult> run(ItemChange change, Delivery delivery) {
        return execution
                .run(change, delivery, timeout)
                .exceptionally(thrown -> new WriteResult.Refused(failures.explain(thrown)));
    }

    /**
     * Ends a request whose change was refused before it could be carried out.
     *
     * @return as {@link #run(ItemChange, Delivery)}
     */
    public CompletableFuture<WriteResult> end(WriteResult result, Delivery delivery) {
        return delivery.end(result, timeout).exceptionally(thrown -> new WriteResult.Refused(failures.explain(thrown)));
    }
}
