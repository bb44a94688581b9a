package dev.millrace.trainer.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** A file that is there as a whole, whenever its writer is killed: the old one, or the new one. */
public final class WholeFile {

  private WholeFile() {}

  /** Writes the bytes to disk under a hidden name, then renames them. */
  public static void write(Path file, byte[] bytes) throws IOException {
    Path hidden = file.resolveSibling("." + file.getFileName());
    try (FileChannel channel =
        FileChannel.open(
            hidden,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
    Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
