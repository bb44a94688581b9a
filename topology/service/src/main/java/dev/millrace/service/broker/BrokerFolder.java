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
 * The folder of a broker's data. Only one broker on the machine can use it at a time, because the
 * broker locks a file in the folder. The operating system releases the lock when the process ends.
 */
final class BrokerFolder implements AutoCloseable {

  /**
   * The locked file, which also marks the folder as a broker's folder. A broker refuses a folder
   * that contains other files, unless the folder contains this file or is formatted by Kafka. The
   * refusal protects a folder that the user named by mistake.
   */
  private static final String LOCK_FILE = ".millrace-broker.lock";

  private final Path path;
  private final FileChannel lock;

  private BrokerFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Creates the folder if it is missing, and locks it.
   *
   * @throws BrokerException if another broker uses the folder, or if the folder contains other
   *     files
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
      return false; // another broker of this JVM holds the lock
    }
  }

  Path path() {
    return path;
  }

  /** Formats the folder for a new cluster, unless it is formatted already. */
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

  /** Releases the lock, so that another broker can use the folder. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new BrokerException("cannot release the broker's folder " + path + ": " + e, e);
    }
  }
}
