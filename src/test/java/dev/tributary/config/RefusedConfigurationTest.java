package dev.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tributary.daemon.settings.Settings;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each refusal, as the only error of its configuration. */
class RefusedConfigurationTest {

    private static final String USERS = """
            source.users.table = users
            source.users.route.by-city.table = users_by_city
            """;
    private static final String WRITE = "write.users.table = users\n";
    private static final String LOCAL = "local.mode = memory\n";

    @ParameterizedTest(name = "{2}")
    @MethodSource({"unknownKeys", "missingKeys", "wrongValues", "wrongDefaults", "contradictions"})
    void isTheOnlyError(String base, String added, String error) throws IOException {
        InvalidConfigurationException refused =
                catchThrowableOfType(InvalidConfigurationException.class, () -> Settings.of(properties(base + added)));

        assertThat(refused).as("the configuration was accepted").isNotNull();
        assertThat(refused.errors().stream().map(ConfigError::toString).collect(Collectors.joining("\n")))
                .isEqualTo(error);
        assertThat(refused.getMessage()).isEqualTo("properties: the configuration has an error\n  " + error);
    }

    static Stream<Arguments> unknownKeys() {
        return Stream.of(
                refusal(
                        "source.users.pol-interval = 1s",
                        "source.users.pol-interval: unknown key; did you mean source.users.poll-interval?"),
                refusal(
                        "source.users.pollInterval = 1s",
                        "source.users.pollInterval: unknown key; did you mean source.users.poll-interval?"),
                refusal(
                        "source.users.routes.by-city.deletes = hard",
                        "source.users.routes.by-city.deletes: unknown key; did you mean"
                                + " source.users.route.by-city.deletes?"),
                refusal(
                        "sorce.orders.table = orders",
                        "sorce.orders.table: unknown key; did you mean source.orders.table?"),
                refusal("poll-interval = 1s", "poll-interval: unknown key; did you mean source.users.poll-interval?"),
                refusal(
                        "source.users.poll = 1s",
                        "source.users.poll: unknown key; did you mean source.users.poll-interval?"),
                refusal("htp.port = 1", "htp.port: unknown key; did you mean http.port?"),
                refusal("colour = red", "colour: unknown key; see the configuration reference for the keys there are"));
    }

    static Stream<Arguments> missingKeys() {
        return Stream.of(
                refusal(
                        "",
                        "source.orders.route.all.table = all_orders",
                        "source.orders.table: missing; give a table name of 3 to 255 letters, digits, _ . or -, or the ARN of a table, such"
                                + " as users"),
                refusal(
                        "",
                        USERS + "source.user.route.all.table = all_users",
                        "source.user.table: missing; give a table name of 3 to 255 letters, digits, _ . or -, or the ARN of a table, such as"
                                + " users, or spell its name as in source.users.table"),
                refusal(
                        "source.users.route.all.exclude = zipcode",
                        "source.users.route.all.table: missing; give a table name of 3 to 255 letters, digits, _ . or"
                                + " -, or the ARN of a table, such as users"),
                refusal(
                        WRITE,
                        "write.users.type.zipcode = N",
                        "write.users.path: missing; give a path that starts with /, of letters, digits, . _ ~ - and"
                                + " single /, without segments . and .., such as /users"),
                refusal(
                        "",
                        "write.users.path = /",
                        "write.users.table: missing; give a table name of 3 to 255 letters, digits, _ . or -, or the ARN of a table, such as"
                                + " users"),
                refusal(
                        USERS + LOCAL,
                        "table.users.stream = true",
                        "table.users.key: missing; give name:type or name:type, name:type, with the types S, N"
                                + " or B, such as email:S"));
    }

    static Stream<Arguments> wrongValues() {
        String integer = "expected an integer from 0 to 65535; for example 8080";
        String poll = "expected a duration from 20ms to 1m; for example 100ms";
        String table =
                "expected a table name of 3 to 255 letters, digits, _ . or -, or the ARN of a table; for example users";
        String key = "expected name:type or name:type, name:type, with the types S, N or B; for example email:S";
        String endpoint =
                "expected an http or https URL with nothing after its port; for example http://127.0.0.1:8000";
        String path =
                "expected a path that starts with /, of letters, digits, . _ ~ - and single /, without segments . and ..; for example /users";
        return Stream.of(
                refusal(
                        "http.port =",
                        "http.port = : empty; give an integer from 0 to 65535, such as 8080, or remove it"),
                refusal(
                        "http.port = ${PORT}",
                        "http.port = ${PORT}: an expression without a value; set the environment"
                                + " variable it names, or write ${NAME:default}, or \\\\${ for a plain ${"),
                refusal(
                        "worker-id = ${worker-id}",
                        "worker-id = ${worker-id}: an expression without a value; set the"
                                + " environment variable it names, or write ${NAME:default}, or \\\\${ for a plain ${"),
                refusal("http.port = http", "http.port = http: " + integer),
                refusal("http.port = 65536", "http.port = 65536: " + integer),
                refusal("admin.port = -1", "admin.port = -1: " + integer),
                refusal("source.users.poll-interval = 19ms", "source.users.poll-interval = 19ms: " + poll),
                refusal("source.users.poll-interval = 61s", "source.users.poll-interval = 61s: " + poll),
                refusal("source.users.poll-interval = 100", "source.users.poll-interval = 100: " + poll),
                refusal(
                        "source.users.checkpoint-interval = 99ms",
                        "source.users.checkpoint-interval = 99ms: expected a duration from 100ms to 5m; for example"
                                + " 2s"),
                refusal(
                        "source.users.max-in-flight = 100001",
                        "source.users.max-in-flight = 100001: expected an integer from 1 to 100000; for example"
                                + " 1000"),
                refusal(
                        "lease.duration = 2s",
                        "lease.duration = 2s: expected a duration from 3s to 5m; for example 8s"),
                refusal(
                        "shutdown-timeout = 0s",
                        "shutdown-timeout = 0s: expected a duration from 3s to 5m; for example 8s"),
                refusal(
                        "http.max-body-bytes = 1MB",
                        "http.max-body-bytes = 1MB: expected an integer from 1024 to 104857600; for example 1048576"),
                refusal("http.allow-remote = yes", "http.allow-remote = yes: expected true or false; for example true"),
                refusal("log.format = xml", "log.format = xml: expected one of text, journal, json; for example json"),
                refusal(
                        "source.users.route.by-city.deletes = soft",
                        "source.users.route.by-city.deletes = soft: expected one of hard, ignore, tombstone; for"
                                + " example hard"),
                refusal(
                        "source.users.route.by-city.key.city = {city}{email}",
                        "source.users.route.by-city.key.city = {city}{email}: expected text with attribute names in"
                                + " braces, and between any two of them text that does not begin with \\ ({{ and }} are"
                                + " plain braces); two values without text between them could make the same key as two"
                                + " others; for example {city}#{email}"),
                refusal(
                        "source.users.route.by-city.collisions = first",
                        "source.users.route.by-city.collisions = first: expected one of latest, reject; for example"
                                + " reject"),
                refusal(
                        "source.users.route.by-city.tombstone-ttl = 24h",
                        "source.users.route.by-city.tombstone-ttl = 24h: expected a duration from 25h to 9000h; for"
                                + " example 168h"),
                refusal(
                        "source.users.route.by-city.batch-size = 26",
                        "source.users.route.by-city.batch-size = 26: expected an integer from 1 to 25; for example 25"),
                refusal(
                        "source.users.route.by-city.missing-key = drop",
                        "source.users.route.by-city.missing-key = drop: expected one of park, drop-row; for example"
                                + " park"),
                refusal(
                        "local.mode = on",
                        "local.mode = on: expected one of off, memory, directory; for example memory"),
                refusal(
                        "application = my app",
                        "application = my app: expected 1 to 128 letters, digits, _ . or -; for example tributary"),
                refusal(
                        "worker-id = a b",
                        "worker-id = a b: expected 1 to 128 characters without white space; for" + " example worker-1"),
                refusal(
                        "http.host = 127.0.0.1:80",
                        "http.host = 127.0.0.1:80: expected a host name or address without a port; for example"
                                + " 127.0.0.1"),
                refusal(
                        "aws.region = Frankfurt",
                        "aws.region = Frankfurt: expected the code of a region; for example eu-central-1"),
                refusal("aws.endpoint = localhost:8000", "aws.endpoint = localhost:8000: " + endpoint),
                refusal("aws.endpoint = http://db/x", "aws.endpoint = http://db/x: " + endpoint),
                refusal(
                        "source.users.route.by-city.table = no table",
                        "source.users.route.by-city.table = no table: " + table),
                refusal("source.users.route.by-city.table = ab", "source.users.route.by-city.table = ab: " + table),
                refusal(
                        "source.users.route.by-city.include = a,,b",
                        "source.users.route.by-city.include = a,,b: expected attribute names with commas between them;"
                                + " for example email,state"),
                refusal(WRITE, "write.users.path = users", "write.users.path = users: " + path),
                refusal(WRITE, "write.users.path = /users/", "write.users.path = /users/: " + path),
                refusal(WRITE, "write.users.path = /..", "write.users.path = /..: " + path),
                refusal(WRITE, "write.users.path = /./users", "write.users.path = /./users: " + path),
                refusal(
                        "aws.secret-access-key = wJalr",
                        "aws.secret-access-key: unknown key; see the configuration reference for the keys there are"),
                refusal(
                        WRITE,
                        "write.users.path = /\nwrite.users.type.zipcode = number",
                        "write.users.type.zipcode = number: expected one of S, N, B, BOOL, NULL, M, L, SS, NS, BS; for"
                                + " example N"),
                refusal(USERS + LOCAL, "table.cities.key = city", "table.cities.key = city: " + key),
                refusal(USERS + LOCAL, "table.cities.key = city:M", "table.cities.key = city:M: " + key),
                refusal(USERS + LOCAL, "table.cities.key = a:S,a:N", "table.cities.key = a:S,a:N: " + key),
                refusal(USERS + LOCAL, "table.cities.key = a:S,b:S,c:S", "table.cities.key = a:S,b:S,c:S: " + key),
                refusal(
                        "",
                        "source.Users.table = users\nsource.Users.route.by-city.table = users_by_city",
                        "source.Users: expected a name of 1 to 100 small letters, digits and hyphens, not Users; rename"
                                + " it, for example to by-city"),
                refusal(
                        "source.users.route.by_state.table = users_by_state",
                        "source.users.route.by_state: expected a name of 1 to 100 small letters, digits and hyphens,"
                                + " not by_state; rename it, for example to by-city"));
    }

    static Stream<Arguments> wrongDefaults() {
        return Stream.of(
                wrongDefault("N", "many", "a number of at most 38 digits", "42"),
                wrongDefault("N", "123456789012345678901234567890123456789", "a number of at most 38 digits", "42"),
                wrongDefault("N", "1e126", "a number of at most 38 digits", "42"),
                wrongDefault("BOOL", "yes", "true or false", "true"),
                wrongDefault("NULL", "none", "null", "null"),
                wrongDefault("B", "%%", "base64", "aGVsbG8="),
                wrongDefault("M", "[1]", "a JSON object", "{\"plan\":\"basic\"}"),
                wrongDefault("L", "1,2", "a JSON array", "[\"basic\",1]"),
                wrongDefault("SS", "[\"a\",\"a\"]", "a JSON array of different strings", "[\"basic\",\"plus\"]"),
                wrongDefault("SS", "[]", "a JSON array of different strings", "[\"basic\",\"plus\"]"),
                wrongDefault("NS", "[\"a\"]", "a JSON array of different numbers", "[1,2]"),
                wrongDefault("NS", "[1,1.0]", "a JSON array of different numbers", "[1,2]"),
                wrongDefault("NS", "[1e400]", "a JSON array of different numbers", "[1,2]"),
                wrongDefault("BS", "[\"%\"]", "a JSON array of different base64 strings", "[\"aGVsbG8=\"]"));
    }

    static Stream<Arguments> contradictions() {
        String made = "uuid, now or now-iso, the latter two with + and a duration in ms, s, m or h if needed";
        String loop = "name a table that feeds no source of this one";
        return Stream.of(
                refusal(
                        "",
                        "http.port = 80",
                        "source: neither a source nor a resource is configured, so there is nothing to do; give"
                                + " source.<name>.table and source.<name>.route.<name>.table, or write.<name>.path and"
                                + " write.<name>.table, or read.<name>.path and read.<name>.table"),
                refusal(
                        "",
                        "source.users.table = users",
                        "source.users: has no route, so its changes would go nowhere; give"
                                + " source.users.route.<name>.table, or remove the source"),
                refusal(
                        """
                        source.users.route.by-city.include = state, city, zipcode
                        source.users.route.by-city.exclude = zipcode
                        """,
                        "source.users.route.by-city.exclude = zipcode: is named by source.users.route.by-city.include"
                                + " too; name the attribute in one of the two"),
                refusal(
                        """
                        aws.region = eu-west-1
                        source.users.route.again.table = users_by_city
                        source.users.route.again.region = eu-west-1
                        """,
                        "source.users.route.by-city.table = users_by_city: is the target of route again of this source"
                                + " too; name another table, or remove one of the routes"),
                refusal(
                        "source.users.route.self.table = users",
                        "source.users.route.self.table = users: is the source's own table: a loop; " + loop),
                refusal(
                        "source.again.table = users\nsource.again.route.all.table = users_too",
                        "source.users.table = users: is the table of source again too, and a stream is read once; move"
                                + " the routes to source.again"),
                refusal(
                        WRITE,
                        "write.users.path = /\nwrite.more.path = /\nwrite.more.table = more",
                        "write.users.path = /: is the path of write.more too; give each resource a different path"),
                refusal(
                        WRITE,
                        "write.users.path = /\nread.more.path = /\nread.more.table = more",
                        "read.more.path = /: is the path of write.users too; give each resource a different path"),
                refusal(
                        WRITE,
                        "write.users.path = /\nread.users.path = /more\nread.users.table = more",
                        "read.users: write.users has the same name, so tokens could not have rights to one of them;"
                                + " choose another name"),
                refusal(
                        WRITE,
                        "write.users.path = /a\nread.more.path = /a/get\nread.more.table = more",
                        "read.more.path = /a/get: is the path of reads by many keys of write.users; give the resource"
                                + " another path"),
                refusal(
                        WRITE,
                        "write.users.path = /get\nread.more.path = /\nread.more.table = more",
                        "write.users.path = /get: is the path of reads by many keys of read.more; give the resource"
                                + " another path"),
                refusal(
                        WRITE,
                        "write.users.path = /openapi.json",
                        "write.users.path = /openapi.json: is the path of the OpenAPI document; give the resource another path"),
                write(
                        "write.users.generated.id = uuid+1h",
                        "write.users.generated.id = uuid+1h: expected " + made + "; for example uuid"),
                write(
                        "write.users.refreshed.at = now-1h",
                        "write.users.refreshed.at = now-1h: expected " + made + "; for example now+30m"),
                write(
                        "write.users.generated.id = uuid\nwrite.users.type.id = N",
                        "write.users.generated.id: makes a value of type S, but write.users.type.id is N; remove one of"
                                + " them, or choose now for a number and now-iso or uuid for a string"),
                write(
                        "write.users.refreshed.at = now\nwrite.users.type.at = S",
                        "write.users.refreshed.at: makes a value of type N, but write.users.type.at is S; remove one of"
                                + " them, or choose now for a number and now-iso or uuid for a string"),
                write(
                        "write.users.generated.at = now\nwrite.users.defaults.at = 1",
                        "write.users.generated.at: the attribute has write.users.defaults.at too; remove one of them"),
                write(
                        "write.users.refreshed.at = now\nwrite.users.generated.at = now",
                        "write.users.refreshed.at: the attribute has write.users.generated.at too; remove one of them"),
                write(
                        "write.users.required = name,state\nwrite.users.allowed = name",
                        "write.users.required = state: is required, but not in write.users.allowed; add it there, or do"
                                + " not require it"),
                write(
                        "write.users.precondition = required",
                        "write.users.precondition = required: a request can only name a version if there is one; set"
                                + " write.users.version to the name of an attribute"),
                write(
                        "write.users.version = v\nwrite.users.type.v = S",
                        "write.users.version = v: is a number, but write.users.type.v is S; remove that type"),
                write(
                        "write.users.version = v\nwrite.users.defaults.v = 1",
                        "write.users.version = v: is counted by the endpoint, but has write.users.defaults.v too; remove"
                                + " that"),
                write(
                        "write.users.version = v\nwrite.users.required = v",
                        "write.users.version = v: is counted by the endpoint, but write.users.required asks it of"
                                + " requests; take it out there"),
                write(
                        "write.users.idempotency.attribute = _tributary",
                        "write.users.idempotency.attribute = _tributary: is reserved: only replication writes it; name"
                                + " another attribute"),
                write(
                        "write.users.idempotency = off\nwrite.users.idempotency.attribute = order",
                        "write.users.idempotency.attribute = order: has no effect, as write.users.idempotency is off;"
                                + " remove one of them"),
                write(
                        "write.users.idempotency.attribute = order\nwrite.users.type.order = BOOL",
                        "write.users.idempotency.attribute = order: a key is a string or a number, but"
                                + " write.users.type.order is BOOL; name another attribute"),
                write(
                        "write.users.idempotency.attribute = order\nwrite.users.generated.order = uuid",
                        "write.users.idempotency.attribute = order: is the client's to choose, but has"
                                + " write.users.generated.order too; remove that, or name another attribute"),
                write(
                        "write.users.idempotency.attribute = order\nwrite.users.defaults.order = 1",
                        "write.users.idempotency.attribute = order: is the client's to choose, but has"
                                + " write.users.defaults.order too; remove that, or name another attribute"),
                write(
                        "write.users.idempotency.attribute = v\nwrite.users.version = v",
                        "write.users.idempotency.attribute = v: is the client's to choose, but write.users.version"
                                + " counts it up; name another attribute"),
                refusal(
                        "http.host = 0.0.0.0",
                        "http.host = 0.0.0.0: is not loopback, and nothing authenticates callers; listen on 127.0.0.1,"
                                + " give callers tokens with http.tokens, or set http.allow-remote=true if only trusted"
                                + " callers reach the port"),
                refusal(
                        "http.host = 0.0.0.0\nhttp.allow-remote = true\nhttp.tokens = tokens",
                        "http.host = 0.0.0.0: is not loopback, and tokens in plain text can be read from the traffic;"
                                + " listen on 127.0.0.1, give http.tls.certificate and http.tls.key, or set"
                                + " http.allow-plain-text=true if a proxy in front terminates TLS"),
                refusal(
                        "http.max-open-bytes = 2048\nhttp.max-body-bytes = 4096",
                        "http.max-open-bytes = 2048: is less than one body of http.max-body-bytes = 4096; raise it to"
                                + " that value at least"),
                refusal(
                        "http.burst = 5",
                        "http.burst: has no effect without http.rate; give http.rate too, or remove this"),
                refusal(
                        "http.tls.certificate = tls.crt",
                        "http.tls.certificate: TLS needs a certificate and its key; give http.tls.key too, or remove"
                                + " this"),
                refusal(
                        "http.tls.key = tls.key",
                        "http.tls.key: TLS needs a certificate and its key; give http.tls.certificate too, or remove"
                                + " this"),
                refusal(
                        "admin.host = 127.example.com\nhttp.allow-remote = true",
                        "admin.host = 127.example.com: is not loopback, and nothing authenticates callers; listen on"
                                + " 127.0.0.1, or set admin.allow-remote=true if only trusted callers reach the port"),
                refusal(
                        "http.port = 8081",
                        "admin.port = 8081: is the port of http.port too; give them different ports"),
                refusal(
                        LOCAL + "http.port = 8000",
                        "local.port = 8000: is the port of http.port too; give them different ports"),
                refusal(
                        "http.tokens = tokens\nhttp.token-list = app sha256:1 users:read",
                        "http.token-list: http.tokens is given too; remove one of them"),
                notInLocalMode("aws.region", "eu-west-1"),
                notInLocalMode("aws.endpoint", "http://127.0.0.1:8000"),
                notInLocalMode("source.users.region", "eu-west-1"),
                notInLocalMode("source.users.endpoint", "http://127.0.0.1:8000"),
                notInLocalMode("source.users.route.by-city.region", "eu-west-1"),
                notInLocalMode("source.users.route.by-city.endpoint", "http://127.0.0.1:8000"),
                notInLocalMode("write.users.region", "eu-west-1"),
                notInLocalMode("write.users.endpoint", "http://127.0.0.1:8000"),
                refusal(
                        USERS + LOCAL,
                        "table.users.key = email:S",
                        "source.users.table = users: is declared as a table without a stream; set"
                                + " table.users.stream=true"));
    }

    private static Arguments refusal(String added, String error) {
        return refusal(USERS, added, error);
    }

    private static Arguments refusal(String base, String added, String error) {
        return Arguments.of(base, added, error);
    }

    private static Arguments write(String added, String error) {
        return refusal(WRITE + "write.users.path = /\n", added, error);
    }

    private static Arguments wrongDefault(String type, String value, String expected, String example) {
        return refusal(
                WRITE + "write.users.path = /\n",
                "write.users.type.it = %s\nwrite.users.defaults.it = %s".formatted(type, value),
                "write.users.defaults.it = %s: expected %s, as write.users.type.it is %s; for example %s"
                        .formatted(value, expected, type, example));
    }

    private static Arguments notInLocalMode(String key, String value) {
        return refusal(
                USERS + WRITE + "write.users.path = /\n" + LOCAL,
                key + " = " + value,
                key + " = " + value + ": contradicts local.mode, which puts every table into this process; remove it,"
                        + " or set local.mode=off");
    }

    /** Later lines replace earlier ones here, so that a case can change the base. */
    private static Map<String, String> properties(String text) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(text));
        Map<String, String> map = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> map.put(name, properties.getProperty(name)));
        return map;
    }
}
