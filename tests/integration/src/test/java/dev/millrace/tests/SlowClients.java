package dev.millrace.tests;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Clients that stop in the middle of a request. */
final class SlowClients implements AutoCloseable {

  private final List<Socket> sockets = new ArrayList<>();

  static SlowClients connect(InetSocketAddress server, int count) throws IOException {
    SlowClients clients = new SlowClients();
    for (int i = 0; i < count; i++) {
      Socket socket = new Socket(server.getAddress(), server.getPort());
      clients.sockets.add(socket);
      socket.getOutputStream().write("GET /v2/health/re".getBytes(StandardCharsets.US_ASCII));
    }
    return clients;
  }

  /** Waits until the server has closed the first client's connection. */
  void awaitEndOfFirst() throws IOException {
    int next = sockets.get(0).getInputStream().read();
    if (next != -1) {
      throw new AssertionError("the server answers half a request");
    }
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
