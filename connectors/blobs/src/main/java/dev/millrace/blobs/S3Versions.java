package dev.millrace.blobs;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.RemoteAwayException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Model versions in S3:
 *
 * <pre>
 * prefix/
 *   resnet20/
 *     files/28d2a609…         the files of all versions, by their SHA-256 checksums
 *     1/millrace.json         the manifest of version 1, written last
 *   .millrace-probe           an empty object that shows that the store honours If-None-Match
 * </pre>
 *
 * <p>A manifest is written with {@code If-None-Match: *}, so that only one of several publishers
 * gets a version number. This class refuses to publish to a store that ignores this header.
 */
final class S3Versions extends FetchedVersions {

  private static final Pattern MANIFEST = Pattern.compile("([1-9]\\d{0,8})/millrace\\.json");
  private static final String PROBE = ".millrace-probe";

  private final S3Folder folder;
  private volatile boolean canPublish;

  /**
   * Creates the repository.
   *
   * @param place the URI of the repository, without a slash at its end
   * @param fetcher reads below the place; this object closes it
   * @param folder lists and writes below the place; this object closes it
   */
  S3Versions(String place, Fetcher fetcher, S3Folder folder) {
    super(place, fetcher);
    this.folder = folder;
  }

  /** {@return the path of the file with the given checksum} */
  static String file(String model, String sha256) {
    return model + "/files/" + sha256;
  }

  @Override
  public List<String> models() throws RemoteAwayException {
    List<String> models = new ArrayList<>();
    for (String name : folder.folders()) {
      if (ModelManifest.isName(name) && !versions(name).isEmpty()) {
        models.add(name);
      }
    }
    return models;
  }

  @Override
  public List<Integer> versions(String model) throws RemoteAwayException {
    return folder.names(model + "/").stream()
        .map(MANIFEST::matcher)
        .filter(Matcher::matches)
        .map(manifest -> Integer.valueOf(manifest.group(1)))
        .toList();
  }

  @Override
  public void read(String model, int version, String file, String sha256, OutputStream out)
      throws IOException {
    String path = file(model, sha256);
    if (fetch(path, sha256, out) instanceof Refused refused) {
      throw failure(path, refused);
    }
  }

  @Override
  public void publish(String model, String sha256, Path file) throws RemoteAwayException {
    requireWritable();
    long size;
    try {
      size = Files.size(file);
    } catch (IOException e) {
      throw new ModelException("cannot read " + file + " (" + e + ")", e);
    }
    if (folder.size(file(model, sha256)) != size) {
      folder.write(file(model, sha256), file, sha256);
    }
  }

  @Override
  public boolean create(String model, int version, byte[] manifest) throws RemoteAwayException {
    requireWritable();
    return folder.create(model + "/" + version + "/millrace.json", manifest);
  }

  /**
   * Requires that the store supports conditional writes, so that only one publisher gets a version
   * number. After a successful test, later calls do not test the store again.
   */
  @Override
  public void requireWritable() throws RemoteAwayException {
    if (canPublish) {
      return;
    }
    boolean isNew = folder.create(PROBE, new byte[0]);
    if (isNew && folder.create(PROBE, new byte[0])) {
      throw new ModelException(
          "cannot publish to "
              + place()
              + ": the store ignores If-None-Match, so two publishers could overwrite each other's"
              + " versions; use a store that supports conditional writes");
    }
    canPublish = true;
  }

  @Override
  public void remove(String model, int version) throws RemoteAwayException {
    folder.delete(model + "/" + version + "/millrace.json");
  }

  @Override
  public void close() {
    super.close();
    folder.close();
  }
}
