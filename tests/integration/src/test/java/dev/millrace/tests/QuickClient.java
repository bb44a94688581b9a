package dev.millrace.tests;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * An HTTP client that uses almost no processor time, so that almost all of a measured time is spent
 * in the server. The client has one connection. It can read only answers that are JSON objects
 * without braces inside strings.
 */
final class QuickClient implements AutoCloseable {

  private final Socket socket;

  QuickClient(InetSocketAddress server) throws IOException {
    socket = new Socket(server.getAddress(), server.getPort());
  }

  /** Sends a GET request, and returns the answer with its headers. */
  String ask(String path) throws IOException {
    String request = "GET " + path + " HTTP/1.1\r\nHost: me\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    InputStream answer = socket.getInputStream();
    StringBuilder read = new StringBuilder();
    int depth = 0;
    do {
      int next = answer.read();
      if (next == -1) {
        throw new IOException("the answer ends too soon: " + read);
      }
      read.append((char) next);
      depth += next == '{' ? 1 : next == '}' ? -1 : 0;
    } while (depth > 0 || read.indexOf("{") < 0);
    return read.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
