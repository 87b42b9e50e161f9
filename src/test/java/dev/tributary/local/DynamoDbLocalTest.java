package dev.tributary.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tributary.local.LocalSettings.Mode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class DynamoDbLocalTest {

    private static final Map<String, AttributeValue> ADA =
            Map.of("email", AttributeValue.fromS("ada@example.com"), "zipcode", AttributeValue.fromN("94103"));

    @TempDir
    private Path directory;

    @Test
    void answersWhatWasWritten() {
        try (DynamoDbLocal local = DynamoDbLocal.start(settings(Mode.MEMORY, 0, directory))) {
            createUsersWithAda(local);

            assertThat(ada(local)).isEqualTo(ADA);
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void keepsTablesAndItemsInItsDirectoryAcrossRestarts() {
        LocalSettings settings = settings(Mode.DIRECTORY, 0, directory.resolve("made/when/missing"));
        try (DynamoDbLocal local = DynamoDbLocal.start(settings)) {
            createUsersWithAda(local);
        }
        try (DynamoDbLocal local = DynamoDbLocal.start(settings)) {
            assertThat(ada(local)).isEqualTo(ADA);
        }
    }

    @Test
    void listensOnLoopbackOnly() throws IOException {
        try (DynamoDbLocal local = DynamoDbLocal.start(settings(Mode.MEMORY, 0, directory))) {
            int port = local.endpoint().getPort();

            assertThat(InetAddress.getByName(local.endpoint().getHost()).isLoopbackAddress())
                    .isTrue();
            connect(InetAddress.getLoopbackAddress(), port);
            for (InetAddress other : addressesBut(InetAddress.getLoopbackAddress())) {
                assertThatExceptionOfType(IOException.class)
                        .as("connection to %s", other)
                        .isThrownBy(() -> connect(other, port));
            }
        }
    }

    @Test
    void freesThePortWhenClosedAndMayBeClosedTwice() throws IOException {
        DynamoDbLocal local = DynamoDbLocal.start(settings(Mode.MEMORY, 0, directory));
        local.close();
        local.close();

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> connect(
                        InetAddress.getLoopbackAddress(), local.endpoint().getPort()));
    }

    @Test
    void takenPortIsNamedWithItsSetting() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatExceptionOfType(LocalException.class)
                    .isThrownBy(() -> DynamoDbLocal.start(settings(Mode.MEMORY, taken.getLocalPort(), directory)))
                    .withMessageContaining("local.port = " + taken.getLocalPort())
                    .withMessageContaining("in use");
        }
    }

    @Test
    void directoryThatIsAFileIsNamedWithItsSetting() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatExceptionOfType(LocalException.class)
                .isThrownBy(() -> DynamoDbLocal.start(settings(Mode.DIRECTORY, 0, file)))
                .withMessageContaining("local.directory = " + file)
                .withMessageContaining("a file with that name exists");
    }

    @Test
    void directoryThatCannotBeCreatedIsNamedWithItsSetting() throws IOException {
        Path under = Files.createFile(directory.resolve("file")).resolve("under");

        assertThatExceptionOfType(LocalException.class)
                .isThrownBy(() -> DynamoDbLocal.start(settings(Mode.DIRECTORY, 0, under)))
                .withMessageContaining("local.directory = " + under)
                .withMessageContaining("cannot be created");
    }

    @Test
    void directoryWithADamagedDatabaseIsRefusedAndThePortIsFreedAgain() throws IOException {
        int port = FreePort.find();
        Files.writeString(directory.resolve("shared-local-instance.db"), "not a database".repeat(1000));

        assertThatExceptionOfType(LocalException.class)
                .isThrownBy(() -> DynamoDbLocal.start(settings(Mode.DIRECTORY, port, directory)))
                .withMessageContaining("local.directory = " + directory)
                .withMessageContaining("cannot open the database");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> connect(InetAddress.getLoopbackAddress(), port));
    }

    @Test
    void isNotStartedWhenOff() {
        assertThatIllegalArgumentException().isThrownBy(() -> DynamoDbLocal.start(settings(Mode.OFF, 0, directory)));
    }

    private static void createUsersWithAda(DynamoDbLocal local) {
        try (DynamoDbAsyncClient client = DynamoDbAsyncClient.builder()
                .endpointOverride(local.endpoint())
                .region(local.place().region())
                .credentialsProvider(local.place().credentials())
                .build()) {
            LocalTables.create(Map.of("users", LocalDynamoDb.table("email:S", true)), client);
            client.putItem(put -> put.tableName("users").item(ADA)).join();
        }
    }

    private static Map<String, AttributeValue> ada(DynamoDbLocal local) {
        try (DynamoDbClient client = DynamoDbClient.builder()
                .endpointOverride(local.endpoint())
                .region(local.place().region())
                .credentialsProvider(local.place().credentials())
                .httpClientBuilder(ApacheHttpClient.builder())
                .build()) {
            return client.getItem(get -> get.tableName("users").key(Map.of("email", ADA.get("email"))))
                    .item();
        }
    }

    private static List<InetAddress> addressesBut(InetAddress known) throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.equals(known))
                .toList();
    }

    private static void connect(InetAddress address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 1000);
        }
    }

    private static LocalSettings settings(Mode mode, int port, Path directory) {
        return new LocalSettings(mode, port, directory);
    }
}
