package dev.millrace.service.command.output;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A simulated terminal that shows both streams of a command. It handles carriage returns, line
 * feeds, and the wrapping of lines. It also handles the sequences to erase a line, to move the
 * cursor up, to turn wrapping off and on, and to set colours. Any other sequence fails the test.
 */
public final class FakeTerminal {

  private static final Pattern SEQUENCE = Pattern.compile("\u001b\\[(\\??\\d*)([A-Za-z])");

  private final int columns;
  private final List<StringBuilder> rows = new ArrayList<>(List.of(new StringBuilder()));
  private final List<Boolean> continued = new ArrayList<>(List.of(false));
  private int row;
  private int column;
  private boolean wraps = true;

  public FakeTerminal(int columns) {
    this.columns = columns;
  }

  /** {@return a new writer, whose text appears on the terminal when it is flushed} */
  public PrintWriter writer() {
    StringBuilder pending = new StringBuilder();
    return new PrintWriter(
        new Writer() {
          @Override
          public void write(char[] text, int offset, int length) {
            pending.append(text, offset, length);
          }

          @Override
          public void flush() {
            show(pending.toString());
            pending.setLength(0);
          }

          @Override
          public void close() {}
        });
  }

  private synchronized void show(String text) {
    Matcher sequence = SEQUENCE.matcher(text);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\u001b') {
        if (!sequence.find(i) || sequence.start() != i) {
          throw new AssertionError("no sequence at " + text.substring(i).replace("\u001b", "ESC"));
        }
        perform(sequence.group(1), sequence.group(2));
        i = sequence.end() - 1;
      } else if (c == '\r') {
        column = 0;
      } else if (c == '\n') {
        column = 0;
        down(false);
      } else {
        put(c);
      }
    }
  }

  private void perform(String number, String command) {
    switch (command + number) {
      case "K" -> rows.get(row).setLength(Math.min(column, rows.get(row).length()));
      case "A1" -> row = Math.max(0, row - 1);
      case "l?7" -> wraps = false;
      case "h?7" -> wraps = true;
      default -> {
        if (!command.equals("m")) {
          throw new AssertionError("unknown sequence " + number + command);
        }
      }
    }
  }

  private void put(char c) {
    if (column == columns) {
      if (!wraps) {
        return;
      }
      column = 0;
      down(true);
    }
    StringBuilder line = rows.get(row);
    while (line.length() <= column) {
      line.append(' ');
    }
    line.setCharAt(column++, c);
  }

  private void down(boolean wrapped) {
    row++;
    if (row == rows.size()) {
      rows.add(new StringBuilder());
      continued.add(wrapped);
    }
  }

  /** {@return the lines; rows that the terminal has wrapped are joined to one line} */
  public synchronized List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      String text = rows.get(i).toString();
      if (continued.get(i)) {
        text = lines.remove(lines.size() - 1) + text;
      }
      lines.add(text);
    }
    return lines.stream().map(String::stripTrailing).toList();
  }
}
