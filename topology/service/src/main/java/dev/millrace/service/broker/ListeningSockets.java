package dev.millrace.service.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.server.ServerSocketFactory;

/**
 * The broker's listening sockets. This class binds the sockets before Kafka starts. A port that is
 * in use is therefore reported at once. If the broker picks a free port, no other process can take
 * the port before Kafka uses it.
 *
 * <p>Once Kafka has opened a listener, Kafka owns the listener's socket. This class closes the
 * sockets that Kafka has not taken.
 */
final class ListeningSockets implements ServerSocketFactory, AutoCloseable {

  private static final int BACKLOG = 50;

  private final Map<String, ServerSocketChannel> waiting = new ConcurrentHashMap<>();

  /**
   * Binds a listener's socket.
   *
   * @param port the port, or 0 for any free port
   * @return the port that is bound
   * @throws BrokerException if the port is taken, or the host is not an address of this machine
   */
  int bind(String listener, String host, int port) {
    ServerSocketChannel channel = null;
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), port);
      channel = ServerSocketChannel.open();
      channel.configureBlocking(false);
      channel.bind(address, BACKLOG);
      waiting.put(listener, channel);
      return channel.socket().getLocalPort();
    } catch (UnknownHostException e) {
      throw new BrokerException(
          "the host '" + host + "' is unknown; give an address of this machine", e);
    } catch (SocketException e) {
      closeQuietly(channel);
      throw new BrokerException(
          "cannot listen on "
              + host
              + ":"
              + port
              + " ("
              + e.getMessage()
              + "); give another port, or stop the process that listens there",
          e);
    } catch (IOException e) {
      closeQuietly(channel);
      throw new BrokerException("cannot listen on " + host + ":" + port + ": " + e, e);
    }
  }

  @Override
  public ServerSocketChannel openServerSocket(
      String listener, InetSocketAddress address, int backlog, int receiveBufferSize)
      throws IOException {
    ServerSocketChannel bound = waiting.remove(listener);
    return bound != null
        ? bound
        : ServerSocketFactory.INSTANCE.openServerSocket(
            listener, address, backlog, receiveBufferSize);
  }

  /** Closes the sockets that Kafka did not take. */
  @Override
  public void close() {
    waiting.values().forEach(ListeningSockets::closeQuietly);
    waiting.clear();
  }

  private static void closeQuietly(ServerSocketChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // The socket was never used, so nothing is lost.
      }
    }
  }
}
