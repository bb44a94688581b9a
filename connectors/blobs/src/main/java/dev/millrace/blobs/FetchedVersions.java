package dev.millrace.blobs;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.core.repository.RemoteVersions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** Reads model versions with a {@link Fetcher}. This class holds the code that all stores share. */
abstract class FetchedVersions implements RemoteVersions {

  private final String place;
  private final Fetcher fetcher;

  /**
   * Creates the reader.
   *
   * @param place the URI of the repository, without a slash at its end
   * @param fetcher reads below the place; this object closes it
   */
  FetchedVersions(String place, Fetcher fetcher) {
    this.place = place;
    this.fetcher = fetcher;
  }

  @Override
  public final String place() {
    return place;
  }

  @Override
  public final byte[] manifest(String model, int version) throws RemoteAwayException {
    return bytes(model + "/" + version + "/millrace.json");
  }

  /**
   * {@return the content of the file at a path below the place, or null if there is no such file}
   */
  final byte[] bytes(String path) throws RemoteAwayException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      FetchResult result = fetch(path, null, out);
      if (result instanceof Refused refused && refused.reason() != Refused.Reason.NOT_FOUND) {
        throw failure(path, refused);
      }
      return result instanceof Fetched ? out.toByteArray() : null;
    } catch (RemoteAwayException e) {
      throw e;
    } catch (IOException e) {
      throw new AssertionError("memory can be written", e);
    }
  }

  final FetchResult fetch(String path, String sha256, OutputStream out) throws IOException {
    try {
      return fetcher.fetch(place + "/" + path, sha256, out);
    } catch (StoreAwayException e) {
      throw new RemoteAwayException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RemoteAwayException("the thread was interrupted", e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  final ModelException failure(String path, Refused refused) {
    return new ModelException("cannot read " + place + "/" + path + ": " + refused.message());
  }

  @Override
  public void close() {
    fetcher.close();
  }
}
