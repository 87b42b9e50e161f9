package dev.tributary.dynamo;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ARN of a table, which settings may give in place of its name. */
public record TableArn(String region, String account, String table) {

    private static final Pattern ARN = Pattern.compile(
            "arn:aws[a-z-]*:dynamodb:(?<region>[a-z0-9-]+):(?<account>[0-9]{12}):table/(?<table>[A-Za-z0-9_.-]{3,255})");

    /** Empty if the text is no ARN. */
    public static Optional<TableArn> parse(String text) {
        Matcher matcher = ARN.matcher(text);
        return matcher.matches()
                ? Optional.of(new TableArn(matcher.group("region"), matcher.group("account"), matcher.group("table")))
                : Optional.empty();
    }

    /** The name of a table; the text itself if it is a name, or an ARN that contradicts the place. */
    public static String name(String text, PlaceSettings place) {
        return parse(text).filter(arn -> arn.fits(place)).map(TableArn::table).orElse(text);
    }

    /** The place with what the ARN says of it; the same if the text is a name, or contradicts it. */
    public static PlaceSettings place(String text, PlaceSettings place) {
        return parse(text)
                .filter(arn -> arn.fits(place))
                .map(arn -> new PlaceSettings(
                        Optional.of(arn.region()), place.endpoint(), place.role(), Optional.of(arn.account())))
                .orElse(place);
    }

    private boolean fits(PlaceSettings place) {
        return place.region().filter(other -> !other.equals(region)).isEmpty()
                && place.account().filter(other -> !other.equals(account)).isEmpty()
                && place.roleAccount().filter(other -> !other.equals(account)).isEmpty();
    }
}
