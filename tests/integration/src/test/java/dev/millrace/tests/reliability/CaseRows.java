package dev.millrace.tests.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The rows of a suite's Markdown table, one for each case. Each row is kept in a file, so that the
 * table of a resumed run has the rows of the earlier runs, too.
 */
final class CaseRows {

  private final Path folder;
  private final String head;

  /**
   * @param folder folder of the files; created with the first row
   * @param head the first two lines of the table
   */
  CaseRows(Path folder, String head) {
    this.folder = folder;
    this.head = head;
  }

  /** Prints the row of a case and stores it. The row replaces an earlier row of this case. */
  void add(CrashCase what, String row) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(file(what), row);
    System.out.print(row);
  }

  /** Returns the table of those cases that have a row, in the order of the cases. */
  String table(Stream<CrashCase> cases) throws IOException {
    StringBuilder table = new StringBuilder(head);
    for (CrashCase what : (Iterable<CrashCase>) cases::iterator) {
      if (Files.exists(file(what))) {
        table.append(Files.readString(file(what)));
      }
    }
    return table.toString();
  }

  private Path file(CrashCase what) {
    return folder.resolve(what.toString().replaceAll("\\W+", "-") + ".md");
  }
}
