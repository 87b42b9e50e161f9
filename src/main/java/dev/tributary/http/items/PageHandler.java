package dev.tributary.http.items;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tributary.document.RefusedException;
import dev.tributary.http.reply.Reply;
import dev.tributary.http.server.Exchange;
import dev.tributary.http.server.MediaTypes;
import dev.tributary.http.server.PercentEncoding;
import dev.tributary.http.server.Query;
import dev.tributary.items.ReadLimiter;
import dev.tributary.items.query.ItemQuery;
import dev.tributary.items.query.Page;
import dev.tributary.items.query.ResourceReads;
import dev.tributary.model.Sha256;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Handles {@code GET} and {@code HEAD} of a query: one page of the items that it finds. */
public final class PageHandler implements ResourceHandler.Work {

    private static final int ETAG_CHARACTERS = 22;

    /** What a query of RFC 3986 does not have. */
    private static final Pattern NOT_IN_A_QUERY = Pattern.compile("[^A-Za-z0-9._~!$&'()*+,;=:@/?%-]");

    private final ResourceReads reads;
    private final ReadLimiter limiter;

    public PageHandler(ResourceReads reads, ReadLimiter limiter) {
        this.reads = reads;
        this.limiter = limiter;
    }

    /** Whether a request names one item rather than a query. */
    public static boolean namesItem(Exchange exchange, ResourceReads reads) {
        return new QueryParameters(new Query(exchange.query()), reads.layout()).nameItem();
    }

    @Override
    public CompletableFuture<Answer> start(Exchange exchange) throws RefusedException {
        Query parameters = new Query(exchange.query());
        QueryParameters read = new QueryParameters(parameters, reads.layout());
        ItemQuery query = read.query();
        Optional<String> cursor = read.cursor(query);
        parameters.end("; it takes " + read.described(query.key()));
        Predicate<String> known = Preconditions.known(exchange);
        boolean continues = read.takesCursor(query);
        ResourceReads.Start<Page> start = reads.page(query, cursor);
        return limiter.take(start::run)
                .thenApply(result -> result.orElseThrow(GetHandler::overloaded))
                .thenApply(result -> result.refusal()
                        .map(Answer::refused)
                        .orElseGet(
                                () -> answer(whole(result.value().orElseThrow(), continues), query(exchange), known)));
    }

    private static Page whole(Page page, boolean continues) {
        if (page.cursor().isPresent() && !continues) {
            throw Query.bad(
                    "There are more items than fit on this page, and the next cannot be asked for: the parameter %s is an attribute of the key here. Ask for fewer items, or for more on a page with limit."
                            .formatted(QueryParameters.CURSOR));
        }
        return page;
    }

    private static String query(Exchange exchange) {
        return Objects.requireNonNullElse(exchange.query(), "");
    }

    private static Answer answer(Page page, String query, Predicate<String> known) {
        StringBuilder body = new StringBuilder("{\"items\":");
        body.append(ItemJson.of(page.items()));
        page.cursor()
                .ifPresent(
                        cursor -> body.append(",\"cursor\":\"").append(cursor).append('"'));
        String json = body.append('}').toString();
        String version =
                HexFormat.of().formatHex(Sha256.of(json.getBytes(UTF_8))).substring(0, ETAG_CHARACTERS);
        boolean same = known.test(version);
        Map<String, String> headers = new LinkedHashMap<>();
        if (!same) {
            headers.put("Content-Type", MediaTypes.JSON);
            page.cursor().ifPresent(cursor -> headers.put("Link", "<%s>; rel=\"next\"".formatted(next(query, cursor))));
        }
        headers.put("ETag", Preconditions.etag(version));
        headers.put("Cache-Control", Reply.REVALIDATE);
        return new Answer(
                new Reply(same ? 304 : 200, headers, same ? "" : json),
                same ? "not-modified" : "page",
                Optional.empty());
    }

    /** The same query with another cursor, relative to the path, which a proxy in front may have changed. */
    private static String next(String query, String cursor) {
        String others = Arrays.stream(query.split("&", -1))
                .filter(parameter ->
                        !Query.decodeUri(parameter.replaceFirst("=.*", "")).equals(QueryParameters.CURSOR))
                .collect(Collectors.joining("&"));
        return "?"
                + NOT_IN_A_QUERY.matcher(others).replaceAll(match -> PercentEncoding.encode(match.group())
                        .replace("$", "\\$"))
                + "&" + QueryParameters.CURSOR + "=" + cursor;
    }
}
