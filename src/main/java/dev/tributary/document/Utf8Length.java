package dev.tributary.document;

/** Computes the length of text in UTF-8 without encoding it. */
final class Utf8Length {

    private Utf8Length() {}

    /** The number of bytes in UTF-8; -1 if the text has an unpaired surrogate, which UTF-8 cannot encode. */
    static int bytes(String text) {
        int bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                continue;
            }
            if (!Character.isSurrogate(c)) {
                bytes += c < 0x800 ? 1 : 2;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 2; // four bytes for two characters
                i++;
            } else {
                return -1;
            }
        }
        return bytes;
    }
}
