package dev.millrace.blobs;

import dev.millrace.core.files.AtomicFile;
import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.RemoteAwayException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Reads ONNX models from the Hugging Face Hub, through the HTTP API that Hugging Face's own tools
 * use. Not thread-safe.
 */
public final class Hub implements AutoCloseable {

  private static final int BUFFER = 1 << 16;

  private final HubClient client;

  /**
   * Creates a reader. Does not connect yet.
   *
   * @param access the access to the hub
   */
  public Hub(HubAccess access) {
    this.client = new HubClient(access);
  }

  /**
   * Resolves a revision to a commit.
   *
   * @param ref the model
   * @return the model with the commit's hash as its revision
   * @throws RemoteAwayException if the hub does not work at the moment, or offline mode is on
   * @throws ModelException if the model or the revision does not exist, or is forbidden
   */
  public HubRef resolve(HubRef ref) throws RemoteAwayException {
    return at(ref, snapshot(ref));
  }

  /**
   * Downloads an ONNX model with its external weight files, and with the JSON files that describe
   * its input images and classes. All files keep their paths below the folder.
   *
   * @param ref the model. If it has no path, the method downloads the only ONNX file of the model's
   *     repository. If there are several, the method downloads {@code onnx/model.onnx}, or
   *     otherwise {@code model.onnx}
   * @param folder the folder for the files; it is created if it is missing
   * @return the ONNX file and its origin
   * @throws RemoteAwayException if the hub does not work at the moment, or offline mode is on
   * @throws IOException if the folder cannot be written
   * @throws ModelException if the file does not exist, may not be read, or was damaged during the
   *     transfer
   */
  public Downloaded download(HubRef ref, Path folder) throws IOException {
    HubSnapshot snapshot = snapshot(ref);
    HubFile model = snapshot.model(ref);
    HubRef commit = at(ref, snapshot);
    for (HubFile file : snapshot.needed(model)) {
      download(
          new HubRef(ref.organisation(), ref.model(), commit.revision(), file.path()),
          file,
          folder.resolve(file.path()));
    }
    HubRef origin = new HubRef(ref.organisation(), ref.model(), commit.revision(), model.path());
    return new Downloaded(folder.resolve(model.path()), origin);
  }

  /**
   * A downloaded model.
   *
   * @param file the ONNX file
   * @param origin the model with its commit and the path of the file
   */
  public record Downloaded(Path file, HubRef origin) {

    /**
     * {@return the text, with the paths of downloaded files replaced by their addresses on the hub}
     *
     * @param text the text
     */
    public String named(String text) {
      Path folder = file;
      for (int i = 0; i < origin.path().split("/").length; i++) {
        folder = folder.getParent();
      }
      return text.replace(folder + folder.getFileSystem().getSeparator(), origin.place() + "/");
    }
  }

  private static HubRef at(HubRef ref, HubSnapshot snapshot) {
    return new HubRef(ref.organisation(), ref.model(), snapshot.commit(), ref.path());
  }

  private HubSnapshot snapshot(HubRef ref) throws RemoteAwayException {
    String target =
        "/api/models/" + ref.id() + "/revision/" + encoded(ref.revision()) + "?blobs=true";
    return client.get(target, ref, body -> HubSnapshot.read(body, ref));
  }

  private void download(HubRef ref, HubFile file, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    String path =
        Arrays.stream(file.path().split("/")).map(Hub::encoded).collect(Collectors.joining("/"));
    String page = "/" + ref.id() + "/resolve/" + ref.revision() + "/" + path;
    try {
      AtomicFile.write(
          target,
          out ->
              client.get(
                  page,
                  ref,
                  body -> {
                    copy(body, out, file.size(), ref);
                    return target;
                  }));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    boolean sized = file.size() < 0 || Files.size(target) == file.size();
    if (!sized || (file.sha256() != null && !file.sha256().equals(Sha256.of(target)))) {
      Files.delete(target);
      throw new ModelException(ref + " was damaged during the transfer: try again");
    }
  }

  /**
   * Copies a body. Stops with an exception if the body has more than {@code size} bytes.
   *
   * @throws IOException if the body cannot be read
   * @throws UncheckedIOException if {@code out} cannot be written
   */
  private static void copy(InputStream body, OutputStream out, long size, HubRef ref)
      throws IOException {
    byte[] buffer = new byte[BUFFER];
    long copied = 0;
    for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
      copied += n;
      if (size >= 0 && copied > size) {
        throw new ModelException(ref + " has more bytes than the hub announced: try again");
      }
      try {
        out.write(buffer, 0, n);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Closes the connections. */
  @Override
  public void close() {
    client.close();
  }
}
