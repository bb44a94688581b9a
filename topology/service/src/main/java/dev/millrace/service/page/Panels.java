package dev.millrace.service.page;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The content of the page's panels, as JSON. A stream of events asks for the panels that have
 * changed. Thread-safe.
 */
final class Panels {

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A panel's content.
   *
   * @param name the panel's name
   * @param revision a number that grows with each change of any panel
   * @param json the content
   */
  record Panel(String name, long revision, String json) {}

  private final Map<String, Panel> panels = new LinkedHashMap<>();
  private long revision;
  private boolean closed;

  /**
   * Replaces the content of a panel. If the new content is equal to the old content, nothing
   * changes.
   */
  void put(String name, Object content) {
    String json = json(content);
    synchronized (this) {
      Panel before = panels.get(name);
      if (before == null || !before.json().equals(json)) {
        panels.put(name, new Panel(name, ++revision, json));
        notifyAll();
      }
    }
  }

  private static String json(Object content) {
    try {
      return JSON.writeValueAsString(content);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  /**
   * Waits for a change.
   *
   * @param seen the newest revision that the caller has seen, 0 for none
   * @param millis the longest time to wait, in ms
   * @return the panels that have changed since, in the order of their first appearance; empty if no
   *     panel has changed, or after {@link #close}
   */
  synchronized List<Panel> changedSince(long seen, long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (revision <= seen && !closed) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        return List.of();
      }
      wait(left);
    }
    return closed
        ? List.of()
        : panels.values().stream().filter(panel -> panel.revision() > seen).toList();
  }

  /** Ends all waits. */
  synchronized void close() {
    closed = true;
    notifyAll();
  }

  synchronized boolean isClosed() {
    return closed;
  }
}
