package dev.millrace.trainer.run;

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
 * Keeps a second trainer out of a run's folder, where both would save over each other. The system
 * gives the lock back when the process ends, however it ends. The file names its holder.
 */
public final class RunLock implements AutoCloseable {

  private static final String NAME = ".lock";

  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the lock of a folder, which is made if it is new.
   *
   * @throws TrainingException if another trainer holds it
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
                + "; stop it, or name another folder with --run");
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
              + "); see that it may be written and that its disk has room",
          e);
    }
  }

  private static boolean isTaken(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock == null;
    } catch (OverlappingFileLockException e) {
      return true; // this process holds it
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
