package dev.millrace.trainer.run;

import dev.millrace.core.model.Setting;
import dev.millrace.core.training.TrainingException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Locks a run's folder, because two trainers in one folder would overwrite each other's state. The
 * operating system releases the lock when the process ends, even after a kill. The lock file holds
 * the id of the process that has locked the folder.
 */
public final class RunLock implements AutoCloseable {

  private static final String NAME = ".lock";

  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Locks a folder, and creates it if it is missing.
   *
   * @param folder the run's folder
   * @return the lock; {@link #close} releases it
   * @throws TrainingException if another trainer holds the lock, or the folder cannot be used
   */
  public static RunLock of(Path folder) {
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve(NAME),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      try {
        if (!isTaken(channel)) {
          channel.truncate(0);
          channel.write(bytes(Long.toString(ProcessHandle.current().pid())));
          return new RunLock(channel);
        }
        throw new TrainingException(
            folder
                + " is in use by the trainer with process id "
                + Files.readString(folder.resolve(NAME)).strip()
                + "; stop it, or name another run folder",
            Setting.RUN);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new TrainingException(
          "cannot lock the run's folder "
              + folder
              + " ("
              + e
              + "); check that it is writable and that its disk has room",
          e);
    }
  }

  private static boolean isTaken(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true; // This process holds the lock.
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new TrainingException("cannot unlock the run's folder: " + e, e);
    }
  }
}
