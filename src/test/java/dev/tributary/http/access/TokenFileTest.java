package dev.tributary.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenFileTest {

    private static final String HASH = "sha256:" + "0".repeat(64);

    @Test
    void onlyTheTokenOfALineIsKnown() throws Exception {
        NewToken billing = NewToken.make("billing", List.of("users:read"));
        NewToken shop = NewToken.make("shop", List.of("*"));
        TokenFile file = TokenFile.parse("\uFEFF# who may\n\n" + billing.line() + "\n  " + shop.line() + "  \n")
                .tokens();

        assertThat(file.caller(billing.token()).orElseThrow().name()).isEqualTo("billing");
        assertThat(file.caller(shop.token()).orElseThrow().name()).isEqualTo("shop");
        assertThat(file.caller(NewToken.make("billing", List.of("*")).token())).isEmpty();
        assertThat(file.caller(billing.token() + "x")).isEmpty();
        assertThat(file.caller("")).isEmpty();
    }

    @Test
    void lineDoesNotHoldTheToken() {
        NewToken made = NewToken.make("billing", List.of("users:read,write", "orders:read"));
        assertThat(made.token()).matches("trb_[A-Za-z0-9_-]{43}");
        assertThat(made.line())
                .matches("billing sha256:[0-9a-f]{64} users:read,write orders:read")
                .doesNotContain(made.token().substring(4));
        assertThat(made.toString()).doesNotContain(made.token());
        assertThat(NewToken.make("billing", List.of("*")).token()).isNotEqualTo(made.token());
    }

    @Test
    void passwordIsNoTokenEvenIfItsHashIsInTheFile() throws Exception {
        String password = "correct horse";
        TokenFile file = TokenFile.parse("me sha256:" + Token.hex(Token.hash(password)) + " *")
                .tokens();
        assertThat(file.caller(password)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            users:read              | users  | READ  | true
            users:read              | users  | WRITE | false
            users:read              | orders | READ  | false
            users:write             | users  | READ  | false
            users:read,write        | users  | WRITE | true
            users                   | users  | WRITE | true
            users                   | orders | WRITE | false
            *                       | orders | WRITE | true
            *:read                  | orders | READ  | true
            *:read                  | orders | WRITE | false
            *:read orders:write     | orders | WRITE | true
            *:read orders:write     | orders | READ  | true
            *:read orders:write     | users  | WRITE | false
            users:read users:write  | users  | WRITE | true
            """)
    void rightsAreThoseOfTheLine(String rights, String resource, Access access, boolean allowed) {
        assertThat(Permissions.parse(List.of(rights.split(" "))).orElseThrow().allow(resource, access))
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"users:", "users:all", ":read", "users:read,", "users:read;write", "Users:read", "**", ""})
    void malformedRightIsRefused(String right) {
        assertThat(Permissions.parse(List.of(right))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GET,READ",
        "HEAD,READ",
        "OPTIONS,READ",
        "POST,WRITE",
        "PUT,WRITE",
        "PATCH,WRITE",
        "DELETE,WRITE",
        "get,WRITE"
    })
    void safeMethodsNeedTheRightToRead(String method, Access access) {
        assertThat(Access.of(method)).isEqualTo(access);
    }

    @Test
    void everyInvalidLineIsReportedWithoutSecrets() {
        String token = NewToken.make("x", List.of("*")).token();
        String text = String.join(
                "\n",
                "a " + HASH + " *",
                "b " + token + " *",
                "c sha256:abc *",
                "d " + HASH + " *",
                "e " + HASH.replace('0', '1'),
                "f! " + HASH.replace('0', '2') + " *",
                "g " + HASH.replace('0', '3') + " users:all");
        TokenFile.Parsed parsed = TokenFile.parse(text);
        assertThat(parsed.tokens().size()).isOne();
        assertThat(String.join("; ", parsed.errors()))
                .startsWith("line 2: has a token itself")
                .contains(
                        "line 3: expected NAME sha256:HASH RIGHT",
                        "line 4: its token is on another line too",
                        "line 5: expected NAME sha256:HASH RIGHT",
                        "line 6: expected a name of 1 to 64 letters",
                        "line 7: expected the rights RESOURCE:read")
                .doesNotContain(token, "line 1:");
    }

    @Test
    void rightsOnUnknownResourcesAreReported() throws Exception {
        TokenFile file =
                TokenFile.parse("a " + HASH + " users:read user:write *:read").tokens();
        assertThat(file.unknownResources(Set.of("users"))).containsExactly("user");
    }
}
