package dev.millrace.service.command.demo.board;

import org.jline.utils.AttributedStyle;

/** The styles of the live screen. */
final class Look {

  static final AttributedStyle PLAIN = AttributedStyle.DEFAULT;
  static final AttributedStyle STRONG = AttributedStyle.BOLD;

  /** A grey that can be read on dark and on light backgrounds. */
  static final AttributedStyle FAINT = AttributedStyle.DEFAULT.foreground(244);

  static final AttributedStyle TITLE = AttributedStyle.INVERSE;
  static final AttributedStyle ACCENT = AttributedStyle.DEFAULT.foreground(AttributedStyle.CYAN);
  static final AttributedStyle GOOD = AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN);
  static final AttributedStyle BAD = AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);
  static final AttributedStyle WARNING = AttributedStyle.DEFAULT.foreground(AttributedStyle.YELLOW);

  private Look() {}
}
