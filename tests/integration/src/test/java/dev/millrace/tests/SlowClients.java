package dev.millrace.tests;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Slow HTTP clients. Each client sends the beginning of a request, and then nothing more. */
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

  /**
   * Waits until the server has closed the connection of a client.
   *
   * @param client index of the client, from 0
   */
  void awaitEnd(int client) throws IOException {
    try {
      if (sockets.get(client).getInputStream().read() != -1) {
        throw new AssertionError("the server answers to half a request");
      }
    } catch (SocketException e) {
      // The server closed the connection without reading the client's bytes, so the connection was
      // reset.
    }
  }

  /**
   * Returns whether the connection of a client is still open.
   *
   * @param client index of the client, from 0
   */
  boolean isOpen(int client) throws IOException {
    Socket socket = sockets.get(client);
    socket.setSoTimeout(1);
    try {
      return socket.getInputStream().read() != -1;
    } catch (SocketTimeoutException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
