package dev.tributary.http.server;

import dev.tributary.telemetry.Health;
import dev.tributary.telemetry.Health.Status;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files that are read again when they change. What is good replaces what was before; what is not is told, and
 * {@link Use#withoutThem} decides what is in use then. Not safe for several threads.
 *
 * <p>Looks at the content, because links may be turned and copies keep times. Takes a change only when two looks in a row
 * find the same, so that files which belong together, or a long one, need not change at one moment.
 */
public final class ReloadingFiles {

    private static final Logger log = LoggerFactory.getLogger(ReloadingFiles.class);

    /** Takes what the files say now. */
    public interface Use {
        /**
         * Reads them.
         *
         * @return what is in use now, for people
         * @throws UnusableFileException if it is not usable, in which case nothing has changed
         */
        String read() throws UnusableFileException;

        /**
         * Called when a read that is not the first was not usable. What was read before stays in use, unless this does
         * otherwise.
         *
         * @return what is in use now, for people
         */
        default String withoutThem() {
            return "what was read before stays in use";
        }
    }

    private final String component;
    private final List<GuardedFile> files;
    private final Use use;
    private final Health health;

    private String taken = "";
    private String seen = "";

    public ReloadingFiles(String component, List<GuardedFile> files, Use use, Health health) {
        this.component = component;
        this.files = List.copyOf(files);
        this.use = use;
        this.health = health;
    }

    /** Reads the files for the first time. */
    public void first() throws UnusableFileException {
        taken = state();
        seen = taken;
        try {
            health.report(component, Status.UP, use.read());
        } catch (UnusableFileException e) {
            throw new UnusableFileException(component + ": " + e.getMessage(), e);
        }
    }

    /** Looks whether they changed. */
    public void look() {
        String now = state();
        if (now.equals(seen) && !now.equals(taken)) {
            taken = now;
            take();
        }
        seen = now;
    }

    private void take() {
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
        return files.stream().map(GuardedFile::state).collect(Collectors.joining("|"));
    }
}
