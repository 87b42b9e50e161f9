package dev.tributary.http.file;

import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that are read again when they change. If the new content is unusable, that is logged and shown in health, and
 * {@link Use#withoutThem} decides what is used instead. Not safe for several threads.
 *
 * <p>Changes are found by content, because links may be redirected and copies keep their times. A change takes effect only
 * when two checks in a row find the same content, so that files which belong together need not change at once.
 */
public final class ReloadingFiles {

    private static final Logger log = LoggerFactory.getLogger(ReloadingFiles.class);

    /** Uses the content of the files. */
    public interface Use {
        /**
         * Reads the files and uses their content.
         *
         * @return a description of what is in use now
         * @throws UnusableFileException if the content is unusable, in which case nothing has changed
         */
        String read() throws UnusableFileException;

        /**
         * Called when the content of a read other than the first is unusable. The content of the last usable read stays in
         * use, unless an implementation decides otherwise.
         *
         * @return a description of what is in use now
         */
        default String withoutThem() {
            return "what was read before stays in use";
        }
    }

    private final String component;
    private final List<ProtectedFile> files;
    private final Use use;
    private final Health health;

    private String used = "";
    private String seen = "";

    public ReloadingFiles(String component, List<ProtectedFile> files, Use use, Health health) {
        this.component = component;
        this.files = List.copyOf(files);
        this.use = use;
        this.health = health;
    }

    /** Reads the files for the first time. */
    public void first() throws UnusableFileException {
        used = state();
        seen = used;
        try {
            health.report(component, Status.UP, use.read());
        } catch (UnusableFileException e) {
            throw new UnusableFileException(component + ": " + e.getMessage(), e);
        }
    }

    /** Checks whether the files have changed. */
    public void check() {
        String now = state();
        if (now.equals(seen) && !now.equals(used)) {
            used = now;
            reload();
        }
        seen = now;
    }

    private void reload() {
        try {
            String using = use.read();
            health.report(component, Status.UP, using);
            log.info("{}: {}", component, using);
        } catch (UnusableFileException e) {
            String using = use.withoutThem();
            health.report(component, Status.DEGRADED, e.getMessage() + "; " + using);
            log.warn("{}: {}; {}", component, e.getMessage(), using);
        }
    }

    private String state() {
        return files.stream().map(ProtectedFile::state).collect(Collectors.joining("|"));
    }
}
