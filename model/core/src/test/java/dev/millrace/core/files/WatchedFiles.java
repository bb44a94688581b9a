package dev.millrace.core.files;

import static dev.millrace.core.files.WatchedFileSystem.real;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * The operations of a {@link WatchedFileSystem}: each calls the action, then the operation of the
 * default file system.
 */
final class WatchedFiles extends FileSystemProvider {

  private static final FileSystemProvider REAL = FileSystems.getDefault().provider();

  private final WatchedFileSystem fileSystem;
  private final Runnable before;
  private final Set<FileChannel> unforced = new HashSet<>();
  private final UnforcedNames names = new UnforcedNames();

  WatchedFiles(WatchedFileSystem fileSystem, Runnable before) {
    this.fileSystem = fileSystem;
    this.before = before;
  }

  void loseUnforced() throws IOException {
    for (FileChannel file : unforced) {
      file.truncate(0);
      file.close();
    }
    unforced.clear();
  }

  void loseUnforcedNames() throws IOException {
    names.lose();
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    before.run();
    FileChannel channel = REAL.newFileChannel(real(path), options, attributes);
    if (!options.contains(StandardOpenOption.WRITE)) {
      return new WatchedChannel(channel, before, () -> names.forced(real(path)));
    }
    if (options.contains(StandardOpenOption.CREATE_NEW)) {
      names.created(real(path));
    }
    // The second handle still refers to the file after the file was renamed.
    FileChannel handle = FileChannel.open(real(path), StandardOpenOption.WRITE);
    unforced.add(handle);
    return new WatchedChannel(
        channel,
        before,
        () -> {
          unforced.remove(handle);
          handle.close();
        });
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    before.run();
    DirectoryStream<Path> children = REAL.newDirectoryStream(real(folder), filter);
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        Iterator<Path> each = children.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return each.hasNext();
          }

          @Override
          public Path next() {
            return fileSystem.watch(each.next());
          }
        };
      }

      @Override
      public void close() throws IOException {
        children.close();
      }
    };
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    before.run();
    REAL.createDirectory(real(folder), attributes);
    names.created(real(folder));
  }

  @Override
  public void delete(Path path) throws IOException {
    before.run();
    REAL.delete(real(path));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    before.run();
    REAL.copy(real(source), real(target), options);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    before.run();
    Runnable renamed = names.renaming(real(source), real(target));
    REAL.move(real(source), real(target), options);
    renamed.run();
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    before.run();
    return REAL.isSameFile(real(path), real(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    before.run();
    return REAL.isHidden(real(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    before.run();
    return REAL.getFileStore(real(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    before.run();
    REAL.checkAccess(real(path), modes);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    before.run();
    return REAL.readAttributes(real(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    before.run();
    return REAL.readAttributes(real(path), attributes, options);
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
      throws IOException {
    before.run();
    REAL.setAttribute(real(path), attribute, value, options);
  }

  @Override
  public String getScheme() {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }
}
