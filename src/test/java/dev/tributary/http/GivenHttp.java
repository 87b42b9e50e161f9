package dev.tributary.http;

import dev.tributary.config.AdminSettings;
import dev.tributary.config.HttpSettings;

/** Where a test has its server listen. */
record GivenHttp(String host, int port, boolean allowRemote, int maxBodyBytes) implements HttpSettings, AdminSettings {

    static GivenHttp onFreePort() {
        return new GivenHttp("127.0.0.1", 0, false, 1000);
    }
}
