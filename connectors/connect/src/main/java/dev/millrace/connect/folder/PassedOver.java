package dev.millrace.connect.folder;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Collects the files and folders that scans skip, with the reasons. If several consecutive scans
 * skip a path for the same reason, only the first scan reports the path. A report is always one
 * line, because control characters in names become question marks. Not thread-safe.
 */
public final class PassedOver {

  private final Consumer<String> reports;
  private Map<String, String> previous = new HashMap<>();
  private Map<String, String> current = new HashMap<>();

  /**
   * Creates an empty collection.
   *
   * @param reports receives one line for each path
   */
  public PassedOver(Consumer<String> reports) {
    this.reports = reports;
  }

  /** Starts a scan. */
  public void startScan() {
    previous = current;
    current = new HashMap<>();
  }

  /**
   * Adds a path that the current scan passes over.
   *
   * @param path the path
   * @param reason the reason why the path is passed over
   */
  public void add(Object path, String reason) {
    String before = previous.get(path.toString());
    String already = current.put(path.toString(), reason);
    if (!reason.equals(before) && !reason.equals(already)) {
      reports.accept((path + " is passed over: " + reason).replaceAll("\\p{Cntrl}", "?"));
    }
  }

  /** {@return the number of paths that the current scan has passed over so far} */
  public int count() {
    return current.size();
  }
}
