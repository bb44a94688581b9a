package dev.millrace.core.files;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The default file system, with an action before each operation that reads or changes files. If the
 * action throws, the operation does not happen. Paths of this file system come from {@link #watch}.
 * The action itself uses paths of the default file system, so its own operations do not call the
 * action.
 */
public final class WatchedFileSystem extends FileSystem {

  private static final FileSystem REAL = FileSystems.getDefault();

  private final WatchedFiles files;

  /**
   * @param before the action that runs before each operation, on the operation's thread
   */
  public WatchedFileSystem(Runnable before) {
    this.files = new WatchedFiles(this, before);
  }

  /** Converts a path of the default file system to a path of this file system. */
  public Path watch(Path real) {
    return (Path)
        Proxy.newProxyInstance(
            Path.class.getClassLoader(), new Class<?>[] {Path.class}, new Watched(real));
  }

  /**
   * Converts a path of this file system to a path of the default file system. Returns any other
   * path unchanged.
   */
  static Path real(Path path) {
    return (Path) realIfPath(path);
  }

  private static Object realIfPath(Object argument) {
    return argument instanceof Path path && path.getFileSystem() instanceof WatchedFileSystem
        ? ((Watched) Proxy.getInvocationHandler(path)).real
        : argument;
  }

  /** The loss of content and names that were not forced to disk. */
  public enum Loss {
    /** No loss: a process was killed. */
    NOTHING,
    /** A power failure emptied the files whose written content was not forced to disk. */
    CONTENT,
    /**
     * A power failure emptied the files whose written content was not forced to disk, and undid the
     * changes of names that were not forced to disk.
     */
    CONTENT_AND_NAMES
  }

  /**
   * Thrown instead of the operation at which the kill happens, and instead of all later operations.
   */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /** The code that {@link #killAt} runs and kills. */
  public interface Work {
    void doOn(WatchedFileSystem files) throws IOException;
  }

  /**
   * Runs work that is killed before one of its operations.
   *
   * @param step the operation, counted from 1
   * @return whether the work was killed; false if the work ended before that step
   */
  public static boolean killAt(int step, Loss loss, Work work) throws IOException {
    int[] steps = {0};
    WatchedFileSystem files =
        new WatchedFileSystem(
            () -> {
              if (++steps[0] >= step) {
                throw new Killed();
              }
            });
    try {
      work.doOn(files);
      return false;
    } catch (Killed e) {
      return true;
    } finally {
      files.lose(loss);
    }
  }

  /** Applies the effects of a kill or a power failure. */
  public void lose(Loss loss) throws IOException {
    if (loss != Loss.NOTHING) {
      files.loseUnforced();
    }
    if (loss == Loss.CONTENT_AND_NAMES) {
      files.loseUnforcedNames();
    }
  }

  /** Delegates to the default file system, and returns paths of this file system. */
  private final class Watched implements InvocationHandler {
    private final Path real;

    private Watched(Path real) {
      this.real = real;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
      if (method.getName().equals("getFileSystem")) {
        return WatchedFileSystem.this;
      }
      Object[] reals =
          arguments == null
              ? null
              : Stream.of(arguments).map(WatchedFileSystem::realIfPath).toArray();
      try {
        Object result = method.invoke(real, reals);
        return result instanceof Path path ? watch(path) : result;
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
  }

  @Override
  public FileSystemProvider provider() {
    return files;
  }

  @Override
  public Path getPath(String first, String... more) {
    return watch(REAL.getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    PathMatcher matcher = REAL.getPathMatcher(syntaxAndPattern);
    return path -> matcher.matches(real(path));
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return REAL.supportedFileAttributeViews();
  }

  @Override
  public String getSeparator() {
    return REAL.getSeparator();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    throw new UnsupportedOperationException();
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
