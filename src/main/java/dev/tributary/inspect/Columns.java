package dev.tributary.inspect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Formats text in columns, each as wide as its widest entry. */
public final class Columns {

    private static final String GAP = "  ";

    private final List<String[]> rows = new ArrayList<>();

    public Columns(String... heading) {
        rows.add(heading);
    }

    /** Adds a row. Line breaks in an entry become spaces. */
    public void row(String... entries) {
        rows.add(Arrays.stream(entries)
                .map(entry -> entry.strip().replaceAll("\\s+", " "))
                .toArray(String[]::new));
    }

    public boolean isEmpty() {
        return rows.size() == 1;
    }

    public List<String> lines() {
        int[] widths = new int[rows.get(0).length];
        rows.forEach(row -> Arrays.setAll(widths, i -> Math.max(widths[i], row[i].length())));
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(String[] row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            line.append(i == 0 ? "" : GAP).append(row[i]).append(" ".repeat(widths[i] - row[i].length()));
        }
        return line.toString().stripTrailing();
    }
}
