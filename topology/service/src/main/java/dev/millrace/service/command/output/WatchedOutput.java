package dev.millrace.service.command.output;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Remembers the exception of a failed write, because a {@link java.io.PrintWriter} does not report
 * the exception. A pipe that its reader has closed, as {@code head} does, does not count as a
 * failure. Used by one thread at a time.
 */
public final class WatchedOutput extends FilterOutputStream {

  private volatile IOException failure;

  /**
   * @param out the stream to write to; this class does not close it
   */
  public WatchedOutput(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      keep(e);
      throw e;
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      out.flush();
    } catch (IOException e) {
      keep(e);
      throw e;
    }
  }

  private void keep(IOException e) {
    if (failure == null) {
      failure = e;
    }
  }

  /**
   * {@return the exception of the first failed write; empty if no write failed, or if the reader
   * closed the pipe}
   */
  public Optional<IOException> failure() {
    return Optional.ofNullable(failure).filter(e -> !isClosedPipe(e));
  }

  private static boolean isClosedPipe(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("Broken pipe") || message.contains("pipe is being closed");
  }
}
