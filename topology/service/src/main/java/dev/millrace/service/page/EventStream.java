package dev.millrace.service.page;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Sends the panels as server-sent events. The name of an event is the name of its panel. A stream
 * ends after a while, because the HTTP server cuts off answers that take longer than its time-out.
 * The page then asks for the next stream.
 *
 * @param panels the panels
 * @param millis how long a stream lasts, in ms
 */
record EventStream(Panels panels, long millis) {

  private static final long HEARTBEAT_MS = 2_000;
  private static final byte[] HEARTBEAT = ":\n\n".getBytes(StandardCharsets.UTF_8);

  /** Sends events until the time is over, the client goes away, or the page closes. */
  void send(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    long end = System.nanoTime() + millis * 1_000_000;
    long seen = 0;
    out.write(HEARTBEAT);
    out.flush();
    try {
      long left;
      while ((left = (end - System.nanoTime()) / 1_000_000) > 0 && !panels.isClosed()) {
        List<Panels.Panel> changed = panels.changedSince(seen, Math.min(left, HEARTBEAT_MS));
        for (Panels.Panel panel : changed) {
          out.write(event(panel));
          seen = Math.max(seen, panel.revision());
        }
        if (changed.isEmpty()) {
          out.write(HEARTBEAT); // fails once the client has gone away
        }
        out.flush();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] event(Panels.Panel panel) {
    String text = "event: " + panel.name() + "\ndata: " + panel.json() + "\n\n";
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
