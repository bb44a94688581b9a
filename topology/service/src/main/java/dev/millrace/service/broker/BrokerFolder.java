package dev.millrace.service.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * The folder a broker keeps its data in, held by one broker at a time: among all processes, by a
 * lock on a file in it that the operating system drops when its process ends.
 */
final class BrokerFolder implements AutoCloseable {

  /** Its presence also tells our folders from those that a user names by mistake. */
  private static final String LOCK_FILE = ".millrace-broker.lock";

  private final Path path;
  private final FileChannel lock;

  private BrokerFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes the folder if need be and takes its lock.
   *
   * @throws BrokerException if another broker holds it, or it holds something else
   */
  static BrokerFolder open(Path path) {
    try {
      Files.createDirectories(path);
      if (!isOurs(path)) {
        throw new BrokerException(
            path + " holds other files; give the broker an empty or a new folder");
      }
      FileChannel channel =
          FileChannel.open(
              path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!lock(channel)) {
        channel.close();
        throw new BrokerException(
            "another broker runs on " + path + "; stop it, or give this one a folder of its own");
      }
      return new BrokerFolder(path, channel);
    } catch (IOException e) {
      throw new BrokerException("cannot use the broker's folder " + path + ": " + e, e);
    }
  }

  private static boolean isOurs(Path path) throws IOException {
    if (Files.exists(path.resolve(LOCK_FILE)) || isFormatted(path)) {
      return true;
    }
    try (Stream<Path> children = Files.list(path)) {
      return children.findAny().isEmpty();
    }
  }

  private static boolean isFormatted(Path path) {
    return Files.exists(path.resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME));
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by another broker of this JVM
    }
  }

  Path path() {
    return path;
  }

  /** Formats the folder for a cluster of its own, unless an earlier broker did. */
  void format(int nodeId, String controllerListener) {
    if (isFormatted(path)) {
      return;
    }
    try (PrintStream silent =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(silent)
          .setNodeId(nodeId)
          .setClusterId(Uuid.randomUuid().toString())
          .setControllerListenerName(controllerListener)
          .setMetadataLogDirectory(path.toString())
          .addDirectory(path.toString())
          .run();
    } catch (Exception e) {
      throw new BrokerException("cannot format the broker's folder " + path + ": " + e, e);
    }
  }

  /** Lets another broker in. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new BrokerException("cannot release the broker's folder " + path + ": " + e, e);
    }
  }
}
