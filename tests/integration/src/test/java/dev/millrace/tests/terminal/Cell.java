package dev.millrace.tests.terminal;

/**
 * A cell of a terminal.
 *
 * @param character code point of the cell's character
 * @param foreground colour of the character, as 0xRRGGBB, or -1 for the terminal's default colour
 * @param background colour behind the character, as 0xRRGGBB, or -1 for the terminal's default
 *     colour
 * @param bold whether the character is bold
 * @param inverse whether foreground and background are exchanged
 */
record Cell(int character, int foreground, int background, boolean bold, boolean inverse) {

  private static final int INVERSE = 1 << 25;
  private static final int BOLD = 1 << 27;
  private static final int FOREGROUND = 1 << 28;
  private static final int BACKGROUND = 1 << 29;

  /**
   * Reads a cell of JLine's {@code ScreenTerminal}, which holds the cell's attributes and then its
   * character.
   */
  static Cell of(long value) {
    int attributes = (int) (value >>> 32);
    return new Cell(
        (int) value,
        (attributes & FOREGROUND) == 0 ? -1 : color(attributes >> 12),
        (attributes & BACKGROUND) == 0 ? -1 : color(attributes),
        (attributes & BOLD) != 0,
        (attributes & INVERSE) != 0);
  }

  /** Converts a colour with four bits for each of red, green and blue to eight bits for each. */
  private static int color(int bits) {
    return ((bits >> 8 & 0xf) * 0x11) << 16 | ((bits >> 4 & 0xf) * 0x11) << 8 | (bits & 0xf) * 0x11;
  }
}
