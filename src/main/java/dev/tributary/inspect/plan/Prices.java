package dev.tributary.inspect.plan;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * The prices of DynamoDB in one region, in US dollars.
 *
 * @param asOf since when these prices hold
 * @param region as reports name it
 * @param millionWrites write request units
 * @param millionReads read request units
 * @param gigabyteMonth storage of 2^30 bytes for a month
 * @param millionStreamReads GetRecords calls
 */
public record Prices(
        LocalDate asOf,
        String region,
        double millionWrites,
        double millionReads,
        double gigabyteMonth,
        double millionStreamReads) {

    private static final Set<String> KEYS = Set.of(
            "as-of", "region", "million-write-units", "million-read-units", "gigabyte-month", "million-stream-reads");

    /** The prices that come with the program. */
    public static Prices usual() {
        try (InputStream in = Objects.requireNonNull(Prices.class.getResourceAsStream("prices.properties"))) {
            Properties properties = new Properties();
            properties.load(in);
            return of(properties);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it is no such file; the message names the key and the expected value
     */
    public static Prices read(Path file) {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException("the prices in " + file + " cannot be read: " + e, e);
        }
        return of(properties);
    }

    static Prices of(Properties properties) {
        Set<String> unknown = new TreeSet<>(properties.stringPropertyNames());
        unknown.removeAll(KEYS);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("prices: unknown " + String.join(", ", unknown) + "; expected "
                    + String.join(", ", new TreeSet<>(KEYS)));
        }
        try {
            return new Prices(
                    LocalDate.parse(text(properties, "as-of")),
                    text(properties, "region"),
                    price(properties, "million-write-units"),
                    price(properties, "million-read-units"),
                    price(properties, "gigabyte-month"),
                    price(properties, "million-stream-reads"));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "prices: as-of = " + text(properties, "as-of") + ": expected a date such as 2024-11-01", e);
        }
    }

    private static double price(Properties properties, String key) {
        String text = text(properties, key);
        try {
            double price = Double.parseDouble(text);
            if (price >= 0 && price < 1_000_000) {
                return price;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "prices: " + key + " = " + text + ": expected dollars, such as 0.625", e);
        }
        throw new IllegalArgumentException("prices: " + key + " = " + text + ": expected dollars, such as 0.625");
    }

    private static String text(Properties properties, String key) {
        String text = properties.getProperty(key, "").strip();
        if (text.isEmpty()) {
            throw new IllegalArgumentException("prices: " + key + " is missing");
        }
        return text;
    }
}
