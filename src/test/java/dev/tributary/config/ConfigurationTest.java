package dev.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tributary.daemon.settings.Settings;
import dev.tributary.document.DocumentSettings;
import dev.tributary.document.GeneratedValue;
import dev.tributary.dynamo.DeclaredTable;
import dev.tributary.dynamo.PlaceSettings;
import dev.tributary.http.AdminSettings;
import dev.tributary.http.HttpSettings;
import dev.tributary.http.access.AccessSettings;
import dev.tributary.http.access.AdminTokenSettings;
import dev.tributary.http.access.RateSettings;
import dev.tributary.http.bulk.BulkLimits;
import dev.tributary.http.file.TlsSettings;
import dev.tributary.http.server.HostName;
import dev.tributary.http.server.HttpLimits;
import dev.tributary.items.IdempotencyPolicy;
import dev.tributary.items.IdempotencySettings;
import dev.tributary.items.PreconditionPolicy;
import dev.tributary.items.ResourceSettings;
import dev.tributary.local.LocalSettings;
import dev.tributary.local.LocalSettings.Mode;
import dev.tributary.model.AttributeType;
import dev.tributary.model.DeletePolicy;
import dev.tributary.model.KeySchema;
import dev.tributary.model.KeySchema.KeyAttribute;
import dev.tributary.projection.ProjectionSettings;
import dev.tributary.projection.ProjectionSettings.MissingKeyPolicy;
import dev.tributary.replication.BackfillSettings;
import dev.tributary.replication.BackfillSettings.BackfillStart;
import dev.tributary.replication.RouteSettings;
import dev.tributary.replication.VerifySettings;
import dev.tributary.stream.SourceSettings;
import dev.tributary.stream.read.GapPolicy;
import dev.tributary.table.TargetSettings;
import dev.tributary.table.TargetSettings.CollisionPolicy;
import dev.tributary.telemetry.LogSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings that a configuration results in: defaults, values of each kind, the examples, and checks across keys. */
class ConfigurationTest {

    private static final HttpLimits LIMITS = new HttpLimits(
            1_048_576, 67_108_864, 512, 1024, 16_384, Duration.ofSeconds(10), 1024, Duration.ofSeconds(30));

    private static final PlaceSettings ANYWHERE = PlaceSettings.DEFAULT;

    private static final Map<String, String> MINIMAL = Map.of(
            "source.users.table", "users",
            "source.users.route.by-city.table", "users_by_city");

    @TempDir
    Path directory;

    @Test
    void whatIsNotGivenHasItsDefault() throws Exception {
        Settings settings = Settings.of(with("write.users.path", "/", "write.users.table", "users"));

        assertThat(settings.application()).isEqualTo("tributary");
        assertThat(settings.workerId()).isEmpty();
        assertThat(settings.shutdownTimeout()).isEqualTo(Duration.ofSeconds(8));
        assertThat(settings.aws().region()).isEmpty();
        assertThat(settings.aws().endpoint()).isEmpty();
        assertThat(settings.log().format()).isEqualTo(LogSettings.Format.TEXT);
        assertThat(settings.log().level()).isEqualTo(LogSettings.Level.INFO);
        assertThat(settings.http())
                .isEqualTo(new HttpSettings(
                        new AccessSettings(
                                new HostName("127.0.0.1"),
                                8080,
                                false,
                                Optional.empty(),
                                Optional.empty(),
                                new TlsSettings(Optional.empty(), Optional.empty()),
                                false,
                                new RateSettings(Optional.empty(), Optional.empty())),
                        LIMITS,
                        new BulkLimits(4, 268_435_456, Duration.ofMinutes(10)),
                        Optional.empty(),
                        false));
        assertThat(settings.admin())
                .isEqualTo(new AdminSettings(new HostName("127.0.0.1"), 8081, false, AdminTokenSettings.NONE));
        assertThat(settings.lease().duration()).isEqualTo(Duration.ofSeconds(8));
        assertThat(settings.local()).isEqualTo(new LocalSettings(Mode.OFF, 8000, Path.of("data")));
        SourceSettings source = settings.source().get("users");
        assertThat(source.table()).isEqualTo("users");
        assertThat(source.region()).isEmpty();
        assertThat(source.endpoint()).isEmpty();
        assertThat(source.pollInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(source.checkpointInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThat(source.maxInFlight()).isEqualTo(1000);
        assertThat(source.maxInFlightBytes()).isEqualTo(16 << 20);
        assertThat(source.gaps()).isEqualTo(GapPolicy.STOP);
        assertThat(source.route())
                .isEqualTo(Map.of(
                        "by-city",
                        new RouteSettings(
                                "users_by_city",
                                ANYWHERE,
                                true,
                                new ProjectionSettings(
                                        Optional.empty(),
                                        Optional.empty(),
                                        Map.of(),
                                        DeletePolicy.HARD,
                                        MissingKeyPolicy.DROP_ROW),
                                new TargetSettings(CollisionPolicy.LATEST, Duration.ofDays(7), Optional.empty(), 25),
                                new BackfillSettings(BackfillStart.MANUAL, 100),
                                new VerifySettings(Optional.empty(), 25))));
        assertThat(settings.resource())
                .isEqualTo(Map.of(
                        "users",
                        new ResourceSettings(
                                "/",
                                "users",
                                ANYWHERE,
                                new DocumentSettings(
                                        Map.of(),
                                        Map.of(),
                                        Set.of(),
                                        Optional.empty(),
                                        Map.of(),
                                        Map.of(),
                                        Optional.empty()),
                                PreconditionPolicy.OPTIONAL,
                                new IdempotencySettings(
                                        IdempotencyPolicy.OPTIONAL, Optional.empty(), Duration.ofHours(24)),
                                Optional.empty())));
        assertThat(settings.read()).isEmpty();
    }

    @Test
    void valuesAreReadInTheFormsPeopleWriteThem() throws Exception {
        Settings settings = Settings.of(with(
                "source.users.poll-interval", " 250ms ",
                "source.users.checkpoint-interval", "PT1.5S",
                "lease.duration", "2m",
                "source.users.gaps", "Continue",
                "source.users.endpoint", "http://127.0.0.1:8000",
                "source.users.route.by-city.include", "state, city,email",
                "source.users.route.by-city.deletes", "IGNORE",
                "source.users.route.by-city.missing-key", "Park",
                "source.users.route.by-city.collisions", "Reject",
                "source.users.route.by-city.tombstone-ttl", "P3D",
                "source.users.route.by-city.tombstone-attribute", "expires",
                "log.level", "Debug",
                "http.host", "[::1]",
                "write.users.path", "/a/b-c",
                "write.users.table", "users",
                "write.users.type.zip.code", "n",
                "write.users.defaults.tags", "[\"a\"]",
                "write.users.type.tags", "SS",
                "write.users.required", "name",
                "write.users.allowed", "name, tags",
                "write.users.generated.id", "uuid",
                "write.users.generated.made", "now-iso",
                "write.users.refreshed.expires", "now+30m",
                "write.users.refreshed.gone", "now-iso+P7D",
                "write.users.version", "_version",
                "write.users.precondition", "Required",
                "write.users.idempotency", "Required",
                "write.users.idempotency.attribute", "order",
                "write.users.idempotency.expires", "720h"));

        SourceSettings source = settings.source().get("users");
        assertThat(source.pollInterval()).isEqualTo(Duration.ofMillis(250));
        assertThat(source.checkpointInterval()).isEqualTo(Duration.ofMillis(1500));
        assertThat(source.gaps()).isEqualTo(GapPolicy.CONTINUE);
        assertThat(settings.lease().duration()).isEqualTo(Duration.ofMinutes(2));
        assertThat(source.endpoint()).contains(URI.create("http://127.0.0.1:8000"));
        assertThat(source.route().get("by-city").projection().include()).contains(Set.of("state", "city", "email"));
        assertThat(source.route().get("by-city").projection().deletes()).isEqualTo(DeletePolicy.IGNORE);
        assertThat(source.route().get("by-city").projection().missingKey()).isEqualTo(MissingKeyPolicy.PARK);
        assertThat(source.route().get("by-city").target().collisions()).isEqualTo(CollisionPolicy.REJECT);
        assertThat(source.route().get("by-city").target().tombstoneTtl()).isEqualTo(Duration.ofDays(3));
        assertThat(source.route().get("by-city").target().tombstoneAttribute()).contains("expires");
        assertThat(settings.log().level()).isEqualTo(LogSettings.Level.DEBUG);
        assertThat(settings.http().access().host()).isEqualTo(new HostName("::1"));
        assertThat(settings.resource().get("users").document().type())
                .isEqualTo(Map.of("zip.code", AttributeType.N, "tags", AttributeType.SS));
        ResourceSettings write = settings.resource().get("users");
        assertThat(write.document().defaults()).isEqualTo(Map.of("tags", "[\"a\"]"));
        assertThat(write.document().required()).containsExactly("name");
        assertThat(write.document().allowed()).contains(Set.of("name", "tags"));
        assertThat(write.document().generated())
                .isEqualTo(Map.of(
                        "id", new GeneratedValue(GeneratedValue.Kind.UUID, Duration.ZERO),
                        "made", new GeneratedValue(GeneratedValue.Kind.NOW_ISO, Duration.ZERO)));
        assertThat(write.document().refreshed())
                .isEqualTo(Map.of(
                        "expires", new GeneratedValue(GeneratedValue.Kind.NOW, Duration.ofMinutes(30)),
                        "gone", new GeneratedValue(GeneratedValue.Kind.NOW_ISO, Duration.ofDays(7))));
        assertThat(write.document().version()).contains("_version");
        assertThat(write.precondition()).isEqualTo(PreconditionPolicy.REQUIRED);
        assertThat(write.idempotency())
                .isEqualTo(
                        new IdempotencySettings(IdempotencyPolicy.REQUIRED, Optional.of("order"), Duration.ofDays(30)));
    }

    @Test
    void tutorialLoads() throws Exception {
        Settings settings = Settings.load(Path.of("config/local.properties"), Map.of());

        assertThat(settings.local().mode()).isEqualTo(Mode.MEMORY);
        assertThat(settings.table())
                .isEqualTo(Map.of(
                        "users",
                        new DeclaredTable(
                                new KeySchema(new KeyAttribute("email", AttributeType.S), Optional.empty()),
                                true,
                                Optional.empty()),
                        "users_by_city",
                        new DeclaredTable(
                                new KeySchema(
                                        new KeyAttribute("state", AttributeType.S),
                                        Optional.of(new KeyAttribute("city", AttributeType.S))),
                                false,
                                Optional.empty())));
        assertThat(settings.source()
                        .get("users")
                        .route()
                        .get("by-city")
                        .projection()
                        .exclude())
                .contains(Set.of("zipcode"));
        ResourceSettings write = settings.resource().get("users");
        assertThat(write.path()).isEqualTo("/");
        assertThat(write.document().type()).isEqualTo(Map.of("zipcode", AttributeType.N));
        assertThat(write.document().defaults()).isEqualTo(Map.of("active", "true"));
        assertThat(settings.http().access().port()).isEqualTo(8080);
        assertThat(settings.admin().port()).isEqualTo(8081);
    }

    @ParameterizedTest
    @ValueSource(strings = {"users", "sessions", "leaderboard"})
    void examplesLoadWithoutTheirLocalLines(String example) throws Exception {
        String local = Files.readString(Path.of("config/examples", example + ".properties"));
        String onAws = local.replaceAll("(?m)^local.*", "").replace("#   aws.region", "aws.region");

        Settings settings = Settings.load(file(onAws), Map.of());

        assertThat(settings.local().mode()).isEqualTo(Mode.OFF);
        assertThat(settings.aws().region()).contains("eu-central-1");
        assertThat(settings.source()).hasSize(1);
        assertThat(settings.resource()).hasSize(1);
    }

    @Test
    void productionExampleLoads() throws Exception {
        Settings settings = Settings.load(Path.of("config/tributary.properties"), Map.of());

        assertThat(settings.local().mode()).isEqualTo(Mode.OFF);
        assertThat(settings.aws().region()).contains("eu-central-1");
        assertThat(settings.source().get("users").route()).containsOnlyKeys("archive", "by-city");
        assertThat(settings.source().get("users").route().get("archive").region())
                .contains("eu-west-1");
        assertThat(settings.resource()).containsOnlyKeys("users");
    }

    @Test
    void linesThatTheProductionExampleLeavesOutAreValidToo() throws Exception {
        String everything =
                Files.readString(Path.of("config/tributary.properties")).replaceAll("(?m)^#(?=[a-z])", "");

        Settings settings = Settings.load(file(everything), Map.of());

        assertThat(settings.workerId()).contains("worker-1");
    }

    @Test
    void allErrorsAreReportedAtOnce() throws IOException {
        Path file = file("""
                source.users.table = users
                source.users.table = users2
                source.users.pol-interval = 1s
                source.users.max-in-flight = 0
                source.users.route.by-city.exclude = zipcode
                source.orders.table = orders
                http.host = 0.0.0.0
                log.level =
                """);

        InvalidConfigurationException refused = refused(file, Map.of("TRIBUTARY_ADMIN_PORT", "8080"));

        assertThat(refused.getMessage()).startsWith(file + ": the configuration has 8 errors\n  ");
        assertThat(refused.getMessage().lines()).hasSize(9);
        assertThat(refused.errors())
                .extracting(ConfigError::key)
                .containsExactlyInAnyOrder(
                        "source.users.table",
                        "source.users.pol-interval",
                        "source.users.max-in-flight",
                        "source.users.route.by-city.table",
                        "source.orders",
                        "http.host",
                        "log.level",
                        "TRIBUTARY_ADMIN_PORT");
    }

    @Test
    void loopOverSeveralSourcesIsRefused() throws IOException {
        Path file = file("""
                source.a.table = table-a
                source.a.route.b.table = table-b
                source.b.table = table-b
                source.b.route.c.table = table-c
                source.c.table = table-c
                source.c.route.a.table = table-a
                source.c.route.out.table = table-d
                """);

        InvalidConfigurationException refused = refused(file, Map.of());

        assertThat(refused.errors())
                .extracting(ConfigError::key)
                .containsExactly("source.a.route.b.table", "source.b.route.c.table", "source.c.route.a.table");
        assertThat(refused.getMessage())
                .contains("source.b.route.c.table = table-c: leads back to the source's own table table-b: a loop;");
    }

    @Test
    void sameTableNameInAnotherRegionIsAnotherTable() throws Exception {
        Settings settings = Settings.of(with(
                "aws.region", "eu-west-1",
                "source.users.route.copy.table", "users",
                "source.users.route.copy.region", "eu-central-1",
                "source.users.route.again.table", "users_by_city",
                "source.users.route.again.region", "eu-central-1"));

        assertThat(settings.source().get("users").route()).containsOnlyKeys("again", "by-city", "copy");
    }

    @Test
    void burstIsThatOfASecondUnlessGiven() throws Exception {
        assertThat(Settings.of(with("http.rate", "7")).http().access().rate().limit())
                .contains(new RateSettings.Rate(7, 7));
        assertThat(Settings.of(with("http.rate", "7", "http.burst", "9"))
                        .http()
                        .access()
                        .rate()
                        .limit())
                .contains(new RateSettings.Rate(7, 9));
    }

    @Test
    void remoteHostsAndFreePortsAreAcceptedWhereAskedFor() throws Exception {
        Settings settings = Settings.of(with(
                "http.host", "0.0.0.0",
                "http.allow-remote", "true",
                "http.port", "0",
                "admin.host", "::",
                "admin.allow-remote", "TRUE",
                "admin.port", "0"));

        assertThat(settings.http())
                .isEqualTo(new HttpSettings(
                        new AccessSettings(
                                new HostName("0.0.0.0"),
                                0,
                                true,
                                Optional.empty(),
                                Optional.empty(),
                                new TlsSettings(Optional.empty(), Optional.empty()),
                                false,
                                new RateSettings(Optional.empty(), Optional.empty())),
                        LIMITS,
                        new BulkLimits(4, 268_435_456, Duration.ofMinutes(10)),
                        Optional.empty(),
                        false));
        assertThat(settings.admin()).isEqualTo(new AdminSettings(new HostName("::"), 0, true, AdminTokenSettings.NONE));
    }

    private static InvalidConfigurationException refused(Path file, Map<String, String> environment) {
        return catchThrowableOfType(InvalidConfigurationException.class, () -> Settings.load(file, environment));
    }

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("test.properties"), content);
    }

    private static Map<String, String> with(String... more) {
        Map<String, String> all = new TreeMap<>(MINIMAL);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }
}
