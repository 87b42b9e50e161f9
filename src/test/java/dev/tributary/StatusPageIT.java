package dev.tributary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tributary.http.AdminServer;
import dev.tributary.http.AdminSettings;
import dev.tributary.http.access.AdminTokenSettings;
import dev.tributary.http.access.NewToken;
import dev.tributary.http.server.HostName;
import dev.tributary.http.status.ExampleStatus;
import dev.tributary.local.FreePort;
import dev.tributary.local.LocalDynamoDb;
import dev.tributary.stream.lease.RecordedGap;
import dev.tributary.stream.lease.SourceStateRow;
import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Meters;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The status page in Chromium: of a daemon, and of an example in which every part has something to show. Leaves pictures in
 * {@code target/screenshots} for a person to look at.
 */
class StatusPageIT {

    @RegisterExtension
    static final LocalDynamoDb dynamo = new LocalDynamoDb();

    @TempDir
    static Path directory;

    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final int WIDE = 1280;
    private static final int NARROW = 400;

    /** Height of the pictures in README.md. */
    private static final int TOP = 720;

    private static final NewToken OPERATOR = NewToken.make("operator", List.of("admin:write"));
    private static final NewToken STRANGER = NewToken.make("stranger", List.of("admin:write"));

    private static Browser browser;

    @BeforeAll
    static void open() {
        assumeTrue(
                Browser.isInstalled(),
                "the status page is not tried in a browser: /usr/bin/chromium and /usr/bin/chromedriver are not on this machine");
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
        browser = Browser.start();
    }

    @AfterAll
    static void close() {
        Awaitility.reset();
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void anOperatorFollowsADaemonAndHelpsIt() throws Exception {
        String users = dynamo.createTable("users", "email:S", true);
        String byCity = dynamo.createTable("users_by_city", "city:S, email:S");
        String configuration = """
                application = %1$s
                source.users.table = %1$s
                source.users.route.by-city.table = %2$s
                source.users.route.by-city.verify = 1m
                """.formatted(users, byCity);
        Map<String, String> environment = Map.of(
                "TRIBUTARY_ADMIN_TOKEN_LIST", OPERATOR.line(), "TRIBUTARY_ADMIN_PORT", String.valueOf(FreePort.find()));
        try (Daemons daemons = new Daemons(dynamo, directory)) {
            DaemonProcess first = daemons.start(configuration, environment);
            String page = first.awaitLine("shows +(http://\\S+)").group(1);
            first.awaitReady();
            browser.look(WIDE, 900, "light");
            browser.open(page);
            awaitText("#connection-text", "live");
            awaitText("#health-text", "Up");

            showsWritesWhileTheyHappen(users, byCity);
            redrivesAParkedItemOnClick(users, byCity);
            discardsAnItemByKeyboardAlone(users, page);
            showsAGapUntilItIsAcknowledged(users);

            first.handle().destroyForcibly();
            await().until(() -> browser.find("#offline").isDisplayed());
            assertThat(browser.text("#offline")).contains("No answer from the daemon");
            assertThat(browser.text("#connection-text")).isEqualTo("no connection");
            daemons.start(configuration, environment).awaitReady();
            await().until(() -> !browser.find("#offline").isDisplayed());
            put(users, "after@example.com", AttributeValue.fromS("Bend"));
            await().until(() -> !browser.text("#routes [data-cell=rate]").equals("0.0"));
            browser.run("scrollTo(0, 0)");
            browser.screenshot(SCREENSHOTS.resolve("daemon.png"), WIDE, 1500);
        }
    }

    private static void put(String table, String email, AttributeValue city) {
        dynamo.client().putItem(request -> request.tableName(table)
                .item(Map.of("email", AttributeValue.fromS(email), "city", city)));
    }

    private static long rows(String table) {
        return dynamo.client().scan(request -> request.tableName(table)).count();
    }

    private static void awaitText(String selector, String text) {
        await().untilAsserted(() -> assertThat(browser.text(selector)).contains(text));
    }

    private static void showsWritesWhileTheyHappen(String users, String byCity) {
        assertThat(browser.text("#routes [data-cell=rate]")).isEqualTo("0.0");
        int[] written = {0};
        await().until(() -> {
            put(users, "user" + written[0]++ + "@example.com", AttributeValue.fromS("Salem"));
            return !browser.text("#routes [data-cell=rate]").equals("0.0");
        });
        await().until(() -> rows(byCity) == written[0]);
        awaitText("#shards [data-cell=left]", "23 h");
        awaitText("#routes [data-cell=proof]", "proven");
        await().until(() ->
                !browser.find("#rate-chart").getAttribute("aria-label").endsWith("Throughput of each route"));
    }

    private static void redrivesAParkedItemOnClick(String users, String byCity) {
        long before = rows(byCity);
        put(users, "parked@example.com", AttributeValue.fromN("7"));
        awaitText("#parked-count", "1");
        put(users, "parked@example.com", AttributeValue.fromS("Eugene")); // parked behind the other
        awaitText("#parked .note", "2 changes");
        assertThat(browser.text("#parked")).doesNotContain("parked@example.com");

        WebElement redrive = browser.find("#parked .buttons button");
        redrive.click();
        awaitText("#result", "Give the admin token first");
        give(STRANGER);
        redrive.click();
        awaitText("#result", "does not know this token");
        assertThat(rows(byCity)).isEqualTo(before);
        give(OPERATOR);
        redrive.click();
        awaitText("#result", "Redriven: 2 changes of 1 item");
        await().until(() -> rows(byCity) == before + 1);
        awaitText("#parked", "No item is parked");
    }

    private static void give(NewToken token) {
        browser.find("#token").sendKeys(token.token(), Keys.ENTER);
    }

    private static void discardsAnItemByKeyboardAlone(String users, String page) {
        put(users, "discarded@example.com", AttributeValue.fromN("8"));
        awaitText("#parked-count", "1");
        browser.open(page); // the tab still has the token
        awaitText("#parked-count", "1");
        List<String> visited = new ArrayList<>();
        WebElement focused = press(Keys.TAB);
        while (!String.valueOf(focused.getAttribute("aria-label")).startsWith("Discard")) {
            visited.add(focused.getTagName() + " " + focused.getText());
            assertThat(visited).as("elements that the key Tab reaches").hasSizeLessThan(40);
            focused = press(Keys.TAB);
        }
        assertThat(visited.get(0)).contains("Skip to the routes");
        press(Keys.ENTER);
        await().until(() -> browser.find("#confirm").isDisplayed());
        assertThat(browser.focused().getText()).isEqualTo("Cancel");
        press(Keys.ESCAPE);
        await().until(() -> !browser.find("#confirm").isDisplayed());
        press(Keys.ENTER);
        press(Keys.TAB);
        assertThat(browser.focused().getText()).isEqualTo("Discard");
        press(Keys.ENTER);
        awaitText("#result", "Discarded: 1 change of 1 item");
        awaitText("#parked", "No item is parked");
    }

    private static WebElement press(Keys key) {
        browser.focused().sendKeys(key);
        return browser.focused();
    }

    private static void showsAGapUntilItIsAcknowledged(String application) {
        SourceStateRow state = new SourceStateRow(dynamo.asyncClient(), application + "-leases", "users");
        state.passed(new RecordedGap("trimmed shard-1", "trimmed: <b>it</b> was dropped", Instant.EPOCH, "worker-7"));
        awaitText("#gaps", "trimmed: <b>it</b> was dropped");
        awaitText("#attention", "1 gap is not acknowledged");
        browser.find("#gaps button").click();
        awaitText("#result", "Acknowledged.");
        awaitText("#gaps", "No gap is open");
        assertThat(state.read().orElseThrow().passed()).isEmpty();
    }

    /** Wide and narrow, light and dark, each without a violation of accessibility that axe finds. */
    @Test
    void everyPartCanBeReadInEachWidthAndScheme() throws Exception {
        AdminTokenSettings tokens = new AdminTokenSettings(Optional.empty(), Optional.of(OPERATOR.line()), false);
        try (Meters meters = new Meters();
                AdminServer server = AdminServer.start(
                        new AdminSettings(new HostName("127.0.0.1"), 0, false, tokens),
                        new Health(),
                        meters,
                        ExampleStatus.page())) {
            for (int width : new int[] {WIDE, NARROW}) {
                for (String scheme : new String[] {"light", "dark"}) {
                    browser.look(width, 900, scheme);
                    browser.open(server.uri().resolve("/status").toString());
                    awaitText("#parked .what", "the key of table users_search takes S");
                    await().until(() -> browser.text("#read-at").startsWith("Tables read"));
                    String name = (width == WIDE ? "wide-" : "narrow-") + scheme;
                    assertThat(browser.run("return document.documentElement.scrollWidth"))
                            .as("width of the page " + name)
                            .isEqualTo((long) width);
                    assertThat(layoutShift()).as("jumps of the layout " + name).isLessThan(0.01);
                    assertThat(violations()).as(name).isEmpty();
                    long height = (Long) browser.run("return document.documentElement.scrollHeight");
                    browser.screenshot(SCREENSHOTS.resolve(name + ".png"), width, (int) height);
                    browser.screenshot(SCREENSHOTS.resolve(name + "-top.png"), width, TOP);
                }
            }
        }
    }

    /** As two findings about one source: one of them stayed for good, and another one with each update. */
    @Test
    void itemsOfAListWithEqualKeysComeAndGoEach() throws Exception {
        AdminTokenSettings none = new AdminTokenSettings(Optional.empty(), Optional.empty(), false);
        try (Meters meters = new Meters();
                AdminServer server = AdminServer.start(
                        new AdminSettings(new HostName("127.0.0.1"), 0, false, none),
                        new Health(),
                        meters,
                        ExampleStatus.page())) {
            browser.open(server.uri().resolve("/status").toString());
            Object result = browser.runAsync("""
                    const done = arguments[arguments.length - 1];
                    import('/status/dom.js').then(({ sync }) => {
                      const list = document.createElement('ul');
                      const texts = [];
                      for (const items of [['a', 'a', 'b'], ['a', 'a', 'b'], ['a', 'c', 'a'], ['b'], []]) {
                        sync(list, items, (item) => item, () => document.createElement('li'), (child, item) => {
                          child.textContent = item;
                        });
                        texts.push(list.textContent);
                      }
                      done(texts.join(' '));
                    }, (failure) => done(String(failure)));
                    """);
            assertThat(result).isEqualTo("aab aab aca b ");
        }
    }

    /** The sum of all layout shifts since the page was opened, as browsers measure it. */
    private static double layoutShift() {
        return ((Number) browser.runAsync("""
                const done = arguments[arguments.length - 1];
                let sum = 0;
                new PerformanceObserver((list) => list.getEntries().forEach((entry) => { sum += entry.value; }))
                  .observe({ type: 'layout-shift', buffered: true });
                requestAnimationFrame(() => setTimeout(() => done(sum), 0));
                """)).doubleValue();
    }

    private static List<String> violations() throws IOException {
        try (InputStream axe =
                StatusPageIT.class.getResourceAsStream("/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js")) {
            browser.run(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        }
        List<String> found = new ArrayList<>();
        Object result = browser.runAsync("""
                const done = arguments[arguments.length - 1];
                axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })
                  .then((result) => done(result.violations.flatMap((violation) =>
                    violation.nodes.map((node) => `${violation.id}: ${node.html}: ${node.failureSummary}`))));
                """);
        ((List<?>) result).forEach(one -> found.add(String.valueOf(one)));
        return found;
    }
}
