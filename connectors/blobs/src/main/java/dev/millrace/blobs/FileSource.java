package dev.millrace.blobs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * Opens regular files below the listed folders. A link in a listed folder may only lead to a file
 * in a listed folder.
 *
 * <p>A folder may be on a network file system whose server does not answer. Opening a file and each
 * read of it fail after the time that a server may be silent. A folder that hangs does not stop the
 * others.
 */
final class FileSource implements Source<FileRef> {

  /** The longest name of a file or folder that Linux and macOS open, in bytes. */
  private static final int LONGEST_NAME = 255;

  /** The longest path that Linux opens, in bytes. */
  private static final int LONGEST_PATH = 4_095;

  /** The places, the longest paths first. */
  private final List<ListedPlace> places;

  FileSource(List<FileRef> places, FetchLimits limits) {
    this.places =
        places.stream()
            .map(FileRef::toPath)
            .sorted(Comparator.comparing(Path::getNameCount).reversed())
            .map(path -> new ListedPlace(path, limits))
            .toList();
  }

  @Override
  public Body open(FileRef ref, Watch watch)
      throws RefusedException, StoreAwayException, IOException {
    Path path = path(ref);
    ListedPlace place =
        places.stream()
            .filter(listed -> path.startsWith(listed.path()))
            .findFirst()
            .orElseThrow(() -> new StoreAwayException(ref.store(), "it is not listed", null));
    TimedCalls calls = place.calls();
    try {
      Content content = calls.run(() -> new Content(channel(ref, place, path), calls));
      watch.guard(content::breakOff);
      return new Body(content, content.length, null, content);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RefusedException refused) {
        throw refused;
      }
      if (e.getCause() instanceof StoreAwayException away) {
        throw away;
      }
      throw failure(e);
    }
  }

  private static IOException failure(ExecutionException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
  }

  /**
   * Opens a file. If a place itself cannot be read, the file is not at fault. A link may lead to
   * any place.
   *
   * @param place the place that lists the file
   */
  private SeekableByteChannel channel(FileRef ref, ListedPlace place, Path path)
      throws RefusedException, StoreAwayException, IOException {
    try {
      Path real = path.toRealPath();
      place.holds(path);
      return UnlinkedFile.open(root(path, real), real);
    } catch (FileSystemException e) {
      if (isTooLong(path)) {
        throw notFound();
      }
      boolean isLinked = passesLink(path);
      for (ListedPlace needed : isLinked ? nearestFirst(path) : List.of(place)) {
        Optional<String> problem = needed.problem();
        if (problem.isPresent()) {
          throw new StoreAwayException(ref.store(), problem.get(), e);
        }
      }
      if (e instanceof AccessDeniedException) {
        throw new RefusedException(Refused.Reason.FORBIDDEN, "the file may not be read");
      }
      if (isLinked) {
        throw leadsOut();
      }
      if (e instanceof NoSuchFileException || passesFile(path)) {
        throw notFound();
      }
      throw e;
    }
  }

  private static Path path(FileRef ref) throws RefusedException {
    try {
      return ref.toPath();
    } catch (InvalidPathException e) {
      throw new RefusedException(
          Refused.Reason.INVALID,
          "its path is not valid in the encoding of this machine; set LC_ALL");
    }
  }

  /**
   * Returns the real path of the place that a file is in. Resolves the places anew for each file,
   * because a folder may be mounted elsewhere in the meantime.
   */
  private Path root(Path path, Path real) throws RefusedException, IOException {
    for (ListedPlace place : nearestFirst(path)) {
      if (Files.exists(place.path())) {
        Path root = place.path().toRealPath();
        if (real.startsWith(root)) {
          return root;
        }
      }
    }
    throw leadsOut();
  }

  /** Returns the places, and begins with those that list the path, because others may hang. */
  private List<ListedPlace> nearestFirst(Path path) {
    return places.stream()
        .sorted(Comparator.comparing(place -> !path.startsWith(place.path())))
        .toList();
  }

  private static RefusedException notFound() {
    return new RefusedException(Refused.Reason.NOT_FOUND, "there is no such file");
  }

  /**
   * Refuses a broken link with the same message as a link out of the folders, so that the message
   * does not reveal which files exist.
   */
  private static RefusedException leadsOut() {
    return new RefusedException(
        Refused.Reason.NOT_ALLOWED, "a link in its path leads to no allowed place");
  }

  private boolean passesLink(Path path) {
    Path place =
        places.stream().map(ListedPlace::path).filter(path::startsWith).findFirst().orElse(path);
    for (Path part = path; !part.equals(place); part = part.getParent()) {
      if (Files.isSymbolicLink(part)) {
        return true;
      }
    }
    return false;
  }

  private static boolean passesFile(Path path) {
    for (Path part = path.getParent(); part != null; part = part.getParent()) {
      if (Files.isRegularFile(part)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTooLong(Path path) {
    int longest = 0;
    for (Path name : path) {
      longest = Math.max(longest, bytes(name));
    }
    return longest > LONGEST_NAME || bytes(path) > LONGEST_PATH;
  }

  private static int bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public void close() {
    places.forEach(place -> place.calls().close());
  }

  /**
   * The content of a file. While a read hangs, the file stays open, because closing it would wait
   * for the read. The garbage collector then closes it.
   */
  private static final class Content extends InputStream {

    private final SeekableByteChannel channel;
    private final TimedCalls calls;
    private final long length;
    private volatile boolean brokenOff;
    private boolean hangs;

    Content(SeekableByteChannel channel, TimedCalls calls) throws IOException {
      this.channel = channel;
      this.calls = calls;
      this.length = channel.size();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (brokenOff) {
        throw new ClosedChannelException();
      }
      hangs = true;
      try {
        int read = calls.run(() -> channel.read(ByteBuffer.wrap(bytes, offset, length)));
        hangs = false;
        return read;
      } catch (ExecutionException e) {
        hangs = false;
        throw failure(e);
      }
    }

    /** Lets the next read fail. Another thread than the reading one may call this method. */
    void breakOff() {
      brokenOff = true;
    }

    @Override
    public void close() throws IOException {
      if (!hangs) {
        channel.close();
      }
    }
  }
}
