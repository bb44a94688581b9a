package dev.millrace.core.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * A file of a {@link WatchedFileSystem}. Each call reads or writes only half of the requested
 * bytes, as operating systems may do. So the file system's action can interrupt a read or a write
 * in the middle of a file. Closing does not count as an operation, because the system closes the
 * files of a killed process.
 */
final class WatchedChannel extends FileChannel {

  /** Called when the written content was forced to disk. */
  interface Forced {
    void run() throws IOException;
  }

  private final FileChannel real;
  private final Runnable before;
  private final Forced forced;

  WatchedChannel(FileChannel real, Runnable before, Forced forced) {
    this.real = real;
    this.before = before;
    this.forced = forced;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    before.run();
    int limit = halve(target);
    try {
      return real.read(target);
    } finally {
      target.limit(limit);
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    before.run();
    int limit = halve(source);
    try {
      return real.write(source);
    } finally {
      source.limit(limit);
    }
  }

  /**
   * Lowers the buffer's limit so that half of its remaining bytes are left, but at least one byte.
   * Returns the limit from before the call.
   */
  private static int halve(ByteBuffer buffer) {
    int limit = buffer.limit();
    buffer.limit(limit - buffer.remaining() / 2);
    return limit;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    before.run();
    real.force(metaData);
    forced.run();
  }

  @Override
  public long size() throws IOException {
    before.run();
    return real.size();
  }

  @Override
  public long position() throws IOException {
    return real.position();
  }

  @Override
  protected void implCloseChannel() throws IOException {
    real.close();
  }

  @Override
  public FileChannel position(long position) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel truncate(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read(ByteBuffer target, long position) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int write(ByteBuffer source, long position) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
