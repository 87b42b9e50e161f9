package dev.tributary.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tributary.dynamo.TableControl;
import dev.tributary.idempotency.IdempotencyTable;
import dev.tributary.items.GivenWrites;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.model.KeySchema;
import dev.tributary.model.TableLayout;
import dev.tributary.model.VersionStamp;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Queries, pages and reads of many items, with DynamoDB Local. */
class QueryTest {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long NOW = ItemApi.NOW.getEpochSecond();

    private static ItemApi api;
    private static String cities;

    @BeforeAll
    static void start() throws Exception {
        cities = createCities();
        TableLayout layout = layout(cities, Optional.of("expires"));
        api = new ItemApi(dynamo.asyncClient(), 100_000)
                .recording(new IdempotencyTable(
                        dynamo.asyncClient(), dynamo.createTable("idempotency", "id:S"), Clock.systemUTC()))
                .resource("cities", new GivenWrites("/cities", cities, Map.of(), Map.of()), layout, false)
                .resource("same", new GivenWrites("/same", cities, Map.of(), Map.of()), layout, true)
                .resource(
                        "options",
                        new GivenWrites(
                                "/options", dynamo.createTable("options", "order:S, limit:S"), Map.of(), Map.of()),
                        KeySchema.parse("order:S, limit:S"))
                .resource(
                        "places",
                        new GivenWrites(
                                "/places", dynamo.createTable("places", "cursor:S, place:S"), Map.of(), Map.of()),
                        KeySchema.parse("cursor:S, place:S"))
                .start();
        row("New York", "Albany", 5, Map.of());
        row("New York", "Brooklyn", 10, Map.of("name", "Ada", "order", "x"));
        row("New York", "Queens", 2, Map.of("name", "Bob"));
        row("New York", "Buried", 1, Map.of(VersionStamp.EXPIRES, NOW + 1000, "expires", NOW + 1000));
        row("New York", "Expired", 3, Map.of("expires", NOW - 1));
        row("New York", "Never", 4, Map.of("expires", 0));
        row("Utah", "Moab", 7, Map.of());
    }

    private static String createCities() {
        String name = "cities";
        dynamo.client().createTable(table -> table.tableName(name)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(List.of(
                        attribute("state", ScalarAttributeType.S),
                        attribute("city", ScalarAttributeType.S),
                        attribute("score", ScalarAttributeType.N)))
                .keySchema(key("state", "city"))
                .localSecondaryIndexes(List.of(LocalSecondaryIndex.builder()
                        .indexName("by-score")
                        .keySchema(key("state", "score"))
                        .projection(all -> all.projectionType(ProjectionType.ALL))
                        .build()))
                .globalSecondaryIndexes(List.of(
                        GlobalSecondaryIndex.builder()
                                .indexName("of-city")
                                .keySchema(key("city", "state"))
                                .projection(some -> some.projectionType(ProjectionType.INCLUDE)
                                        .nonKeyAttributes("expires", VersionStamp.EXPIRES))
                                .build(),
                        GlobalSecondaryIndex.builder()
                                .indexName("bare")
                                .keySchema(key("city", "state"))
                                .projection(none -> none.projectionType(ProjectionType.KEYS_ONLY))
                                .build())));
        return name;
    }

    private static AttributeDefinition attribute(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(type)
                .build();
    }

    private static List<KeySchemaElement> key(String partition, String sort) {
        return List.of(
                KeySchemaElement.builder()
                        .attributeName(partition)
                        .keyType(KeyType.HASH)
                        .build(),
                KeySchemaElement.builder()
                        .attributeName(sort)
                        .keyType(KeyType.RANGE)
                        .build());
    }

    private static TableLayout layout(String table, Optional<String> ttl) {
        var described = new TableControl(dynamo.asyncClient(), table).describe().join();
        return new TableLayout(described.key(), described.indexes(), ttl);
    }

    private static void row(String state, String city, int score, Map<String, Object> more) {
        Map<String, AttributeValue> row = new HashMap<>(Map.of(
                "state",
                AttributeValue.fromS(state),
                "city",
                AttributeValue.fromS(city),
                "score",
                AttributeValue.fromN(String.valueOf(score)),
                VersionStamp.ATTRIBUTE,
                AttributeValue.fromM(Map.of("o", AttributeValue.fromS("secret")))));
        more.forEach((name, value) -> row.put(
                name,
                value instanceof Number
                        ? AttributeValue.fromN(value.toString())
                        : AttributeValue.fromS(value.toString())));
        dynamo.client().putItem(put -> put.tableName(cities).item(row));
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        return api.send("GET", path, "", headers);
    }

    private static List<String> cities(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        List<String> found = new ArrayList<>();
        JSON.readTree(response.body())
                .get("items")
                .forEach(item -> found.add(item.get("city").asText()));
        return found;
    }

    private static void problem(HttpResponse<String> response, int status, String slug) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).get("type").asText()).isEqualTo("/problems/" + slug);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    state=New%20York                                   | Albany,Brooklyn,Never,Queens
                    state=New+York&order=desc                          | Queens,Never,Brooklyn,Albany
                    state=New%20York&city.begins-with=B                | Brooklyn
                    state=New%20York&city.gt=Albany&limit=1            | Brooklyn
                    state=New%20York&city.gte=Albany&limit=1           | Albany
                    state=New%20York&city.lt=Brooklyn                  | Albany
                    state=New%20York&city.lte=Brooklyn                 | Albany,Brooklyn
                    state=New%20York&city.between=B,O                  | Brooklyn,Never
                    state=New%20York&city.gte=Albany&city.lte=Brooklyn | Albany,Brooklyn
                    state=New%20York&index=by-score                    | Queens,Never,Albany,Brooklyn
                    state=New%20York&index=by-score&score.gte=4.0      | Never,Albany,Brooklyn
                    state=New%20York&index=by-score&score=5            | Albany
                    state=New%20York&index=by-score&consistent=true    | Queens,Never,Albany,Brooklyn
                    index=of-city&city=Moab                            | Moab
                    index=of-city&city=Moab&state=Utah                 | Moab
                    index=of-city&city=Expired                         | ''
                    index=of-city&city=Buried                          | ''
                    state=Texas                                        | ''
                    state=New%20York&limit=2                           | Albany,Brooklyn
                    """)
    void aQueryFindsItemsByTheirKey(String query, String expected) throws Exception {
        for (String path : List.of("/cities", "/same")) {
            assertThat(String.join(",", cities(get(path + "?" + query)))).isEqualTo(expected);
        }
    }

    @Test
    void theWholeKeyNamesOneItem() throws Exception {
        HttpResponse<String> item = get("/cities?state=New%20York&city=Brooklyn");
        assertThat(item.body())
                .isEqualTo(
                        "{\"state\":\"New York\",\"city\":\"Brooklyn\",\"name\":\"Ada\",\"order\":\"x\",\"score\":10}\n");
        assertThat(get("/cities/New%20York/Brooklyn").body()).isEqualTo(item.body());
        assertThat(get("/cities/New%20York/Brooklyn?fields=order,none,_tributary")
                        .body())
                .isEqualTo("{\"state\":\"New York\",\"city\":\"Brooklyn\",\"order\":\"x\"}\n");
    }

    @Test
    void fieldsAreReturnedWithTheKey() throws Exception {
        assertThat(get("/cities?state=New%20York&city.begins-with=Bro&fields=name,score")
                        .body())
                .isEqualTo(
                        "{\"items\":[{\"state\":\"New York\",\"city\":\"Brooklyn\",\"name\":\"Ada\",\"score\":10}]}\n");
    }

    @Test
    void tombstonesAndExpiredItemsAreNotThere() throws Exception {
        for (String city : List.of("Buried", "Expired")) {
            problem(get("/cities/New%20York/" + city + "?consistent=true"), 404, "no-such-item");
            problem(get("/cities/New%20York/" + city + "?fields=score"), 404, "no-such-item");
            problem(get("/same?state=New%20York&city=" + city), 404, "no-such-item");
        }
        assertThat(get("/cities/New%20York/Never").statusCode()).isEqualTo(200);
    }

    @Test
    void aPageLeadsToTheNext() throws Exception {
        List<String> found = new ArrayList<>();
        String next = "?state=New%20York&limit=1&order=desc&fields=name";
        int pages = 0;
        while (!next.isEmpty()) {
            HttpResponse<String> page = get("/cities" + next);
            found.addAll(cities(page));
            JsonNode cursor = JSON.readTree(page.body()).path("cursor");
            String link = ItemApi.header(page, "Link");
            next = link.isEmpty() ? "" : link.replaceFirst("<(.*)>; rel=\"next\"", "$1");
            assertThat(cursor.isMissingNode()).isEqualTo(next.isEmpty());
            if (!next.isEmpty()) {
                assertThat(next)
                        .isEqualTo("?state=New%20York&limit=1&order=desc&fields=name&cursor=" + cursor.asText());
            }
            pages++;
        }
        assertThat(found).containsExactly("Queens", "Never", "Brooklyn", "Albany");
        assertThat(pages).as("no empty page at the end").isEqualTo(4);
    }

    @Test
    void aForgedCursorIsRefused() throws Exception {
        String query = "/cities?state=New%20York&limit=1";
        String cursor = JSON.readTree(get(query).body()).get("cursor").asText();
        assertThat(cities(get(query + "&cursor=" + cursor))).containsExactly("Brooklyn");
        for (String forged : List.of(
                query + "&cursor=",
                query + "&cursor=x",
                query + "&cursor=" + cursor.substring(1),
                query + "&cursor=" + cursor.substring(0, cursor.length() - 1),
                query + "&cursor=" + (cursor.startsWith("A") ? "B" : "A") + cursor.substring(1),
                query + "&order=desc&cursor=" + cursor,
                query + "&city.gt=A&cursor=" + cursor,
                "/cities?state=Utah&limit=1&cursor=" + cursor,
                "/cities?state=New%20York&index=by-score&cursor=" + cursor,
                "/same?state=New%20York&limit=1&cursor=" + cursor)) {
            problem(get(forged), 400, "bad-cursor");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                                        | bad-query | Expected state in the query: it is the partition key.
                    city=Moab                                 | bad-query | Expected state
                    state=Utah&zip=1                          | bad-query | no parameter zip in its query; it takes state, city, city.begins-with, city.gt, city.gte, city.lt, city.lte, city.between, index, order, limit, cursor, fields, consistent.
                    state=Utah&city.like=M                    | bad-query | no parameter city.like
                    state=Utah&score.gt=1                     | bad-query | no parameter score.gt
                    index=by-score&state=Utah&city=Moab       | bad-query | it takes state, score, score.gt, score.gte, score.lt, score.lte, score.between, index,
                    state=Utah&city=Moab&limit=3              | bad-query | no parameter limit in its query; for one item it takes fields, consistent.
                    state=Utah&city.gt=A&city.lt=B            | bad-query | one condition on city
                    state=Utah&city.between=B,A               | bad-query | the smaller one first; found city.between=B,A.
                    state=Utah&city.gte=B&city.lte=A          | bad-query | the smaller one first; found city.gte=B and city.lte=A.
                    state=Utah&city.between=A                 | bad-query | with one comma; found city.between=A.
                    state=Utah&limit=0                        | bad-query | limit=N in the query, with N from 1 to 1000; found limit=0.
                    state=Utah&limit=1001                     | bad-query | from 1 to 1000; found limit=1001.
                    state=Utah&limit=x                        | bad-query | from 1 to 1000; found limit=x.
                    state=Utah&order=up                       | bad-query | order=asc or order=desc in the query; found order=up.
                    state=Utah&consistent=yes                 | bad-query | consistent=false in the query; found consistent=yes.
                    state=Utah&fields=a,,b                    | bad-query | names of attributes; found fields=a,,b.
                    state=Utah&index=none                     | bad-query | There are: bare, by-score, of-city.
                    index=of-city&city=Moab&consistent=true   | bad-query | it is a global index
                    index=of-city&city=Moab&fields=score      | bad-query | does not have score
                    index=of-city&state=Utah                  | bad-query | it is the partition key of index of-city
                    index=bare&city=Moab                      | bad-query | does not have expires
                    state=Utah&index=by-score&score.gt=x      | bad-key   | No item can have this key
                    state=Utah&index=by-score&score.begins-with=1 | bad-query | it is a number
                    state=Utah&city.gt=                       | bad-key   | No item can have this key
                    state=                                    | bad-key   | No item can have this key
                    """)
    void aQueryThatCannotBeMadeIsRefused(String query, String slug, String detail) throws Exception {
        HttpResponse<String> response = get("/cities" + (query.isEmpty() ? "" : "?" + query));
        problem(response, 400, slug);
        assertThat(JSON.readTree(response.body()).get("detail").asText()).contains(detail);
    }

    @Test
    void anOptionWithTheNameOfAKeyAttributeIsThatAttribute() throws Exception {
        assertThat(api.send("POST", "/options", "{\"order\":\"up\",\"limit\":\"x\"}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(get("/options?order=up").body()).isEqualTo("{\"items\":[{\"order\":\"up\",\"limit\":\"x\"}]}\n");
        assertThat(get("/options?order=up&limit=x").body()).isEqualTo("{\"order\":\"up\",\"limit\":\"x\"}\n");
    }

    @Test
    void aPageThatCannotBeContinuedIsRefusedUnlessItIsTheLast() throws Exception {
        for (String place : List.of("a", "b", "c")) {
            api.send("POST", "/places", "{\"cursor\":\"x\",\"place\":\"%s\"}".formatted(place));
        }
        assertThat(get("/places?cursor=x").body()).contains("\"a\"", "\"b\"", "\"c\"");
        HttpResponse<String> refused = get("/places?cursor=x&limit=2");
        problem(refused, 400, "bad-query");
        assertThat(refused.body()).contains("the parameter cursor is an attribute of the key");
    }

    @Test
    void headAndETagsAreThoseOfAPage() throws Exception {
        String query = "/cities?state=New%20York&limit=2";
        HttpResponse<String> page = get(query);
        String etag = ItemApi.header(page, "ETag");
        HttpResponse<String> head = api.send("HEAD", query, "");
        for (String name : List.of("ETag", "Link", "Content-Length", "Cache-Control")) {
            assertThat(ItemApi.header(head, name))
                    .as(name)
                    .isEqualTo(ItemApi.header(page, name))
                    .isNotEmpty();
        }
        assertThat(head.body()).isEmpty();
        assertThat(get(query, "If-None-Match", etag).statusCode()).isEqualTo(304);
        assertThat(get(query + "&order=desc", "If-None-Match", etag).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aReadOnlyResourceTakesNoWrites() throws Exception {
        for (String method : List.of("PUT", "PATCH", "DELETE")) {
            HttpResponse<String> refused =
                    api.send(method, "/cities/Utah/Moab", method.equals("DELETE") ? "" : "{\"score\":1}");
            problem(refused, 405, "method-not-allowed");
            assertThat(ItemApi.header(refused, "Allow")).isEqualTo("GET, HEAD, OPTIONS");
        }
        problem(api.send("POST", "/cities", "{\"state\":\"Utah\",\"city\":\"Moab\"}"), 405, "method-not-allowed");
        assertThat(ItemApi.header(api.send("OPTIONS", "/cities", ""), "Allow")).isEqualTo("GET, HEAD, OPTIONS");
    }

    @Test
    void manyItemsAreReadByKey() throws Exception {
        String keys = """
                [{"state":"Utah","city":"Moab"},{"state":"Utah","city":"Nowhere"},{"state":"New York","city":"Expired"},
                 {"state":"New York","city":"Albany"},{"state":"Utah","city":"Moab"}]""";
        for (String path : List.of("/cities/get", "/same/get")) {
            assertThat(api.send("POST", path + "?consistent=true&fields=score", keys)
                            .body())
                    .isEqualTo("""
                    {"items":[{"state":"Utah","city":"Moab","score":7},{"state":"New York","city":"Albany","score":5}],\
                    "missing":[{"city":"Nowhere","state":"Utah"},{"city":"Expired","state":"New York"}]}
                    """);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"state":"Utah","city":"Moab"}              | 400 | bad-key        | found no array
                    []                                          | 400 | bad-key        | found none
                    [1]                                         | 400 | bad-key        | No item
                    [{"state":"Utah"}]                          | 400 | bad-key        | /0/city
                    [{"state":"Utah","city":1}]                 | 400 | bad-key        | /0/city
                    [{"state":"Utah","city":""}]                | 400 | bad-key        | /0/city
                    [{"state":"Utah","city":"x","score":1}]     | 400 | bad-key        | /0/score
                    [{"state":"Utah","city":"x"}                | 400 | malformed-json | Line 1
                    [{"state":"Utah","city":"x"}]x              | 400 | malformed-json | Line 1
                    """)
    void keysThatCannotBeReadAreRefused(String body, int status, String slug, String text) throws Exception {
        HttpResponse<String> response = api.send("POST", "/cities/get", body);
        problem(response, status, slug);
        assertThat(response.body()).contains(text);
    }

    @Test
    void moreThanAHundredKeysAreRefused() throws Exception {
        String key = "{\"state\":\"Utah\",\"city\":\"Moab\"}";
        assertThat(api.send("POST", "/cities/get", "[" + (key + ",").repeat(99) + key + "]")
                        .statusCode())
                .isEqualTo(200);
        problem(api.send("POST", "/cities/get", "[" + (key + ",").repeat(100) + key + "]"), 400, "bad-key");
    }
}
