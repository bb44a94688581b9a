package dev.millrace.core.repository;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * The model versions on another machine. A {@link RemoteModelRepository} reads and publishes them
 * through this interface.
 *
 * <p>A version exists if its manifest exists, because the files that a manifest names are published
 * before the manifest.
 *
 * <p>Every method throws a {@link RemoteAwayException} if the other machine does not work at the
 * moment, and a {@link dev.millrace.core.model.ModelException} if the other machine refuses the
 * request. Implementations are thread-safe.
 */
public interface RemoteVersions extends AutoCloseable {

  /** {@return the place of the versions, as messages name it: a URI} */
  String place();

  /**
   * {@return the names of the models that have at least one version; in any order}
   *
   * @throws RemoteAwayException if the other machine does not work
   */
  List<String> models() throws RemoteAwayException;

  /**
   * {@return the version numbers of a model, in any order; empty if there is no such model}
   *
   * @param model the model's name
   * @throws RemoteAwayException if the other machine does not work
   */
  List<Integer> versions(String model) throws RemoteAwayException;

  /**
   * {@return a version's manifest as it was published, or null if there is no such version}
   *
   * @param model the model's name
   * @param version the version's number
   * @throws RemoteAwayException if the other machine does not work
   */
  byte[] manifest(String model, int version) throws RemoteAwayException;

  /**
   * Reads one of the files that a version's manifest names.
   *
   * @param model the model's name
   * @param version the version's number
   * @param file the file's name in the version's folder, for example {@code model.onnx}
   * @param sha256 the checksum of the file: 64 lower-case hexadecimal digits
   * @param out the stream to write to; the caller closes it
   * @throws RemoteAwayException if the other machine does not work
   * @throws IOException if {@code out} cannot be written
   * @throws dev.millrace.core.model.ModelException if the file is missing, or has another checksum
   */
  void read(String model, int version, String file, String sha256, OutputStream out)
      throws IOException;

  /**
   * Requires that this process may publish and remove versions.
   *
   * @throws RemoteAwayException if the other machine does not work
   * @throws dev.millrace.core.model.ModelException if the other machine refuses publications
   */
  void requireWritable() throws RemoteAwayException;

  /**
   * Publishes a file under its checksum, unless the file exists already. No version uses the file
   * until a manifest names it.
   *
   * @param model the model's name
   * @param sha256 the checksum of the file: 64 lower-case hexadecimal digits
   * @param file the file
   * @throws RemoteAwayException if the other machine does not work
   * @throws dev.millrace.core.model.ModelException if the other machine refuses publications
   */
  void publish(String model, String sha256, Path file) throws RemoteAwayException;

  /**
   * Publishes a version by publishing its manifest, if the number is not taken. If several
   * publishers choose one number at the same time, only one of them publishes its version.
   *
   * @param model the model's name
   * @param version the version's number
   * @param manifest the manifest
   * @return false if the number is taken
   * @throws RemoteAwayException if the other machine does not work; the version may have been
   *     published
   * @throws dev.millrace.core.model.ModelException if the other machine refuses publications
   */
  boolean create(String model, int version, byte[] manifest) throws RemoteAwayException;

  /**
   * Removes a version by removing its manifest.
   *
   * @param model the model's name
   * @param version the version's number
   * @throws RemoteAwayException if the other machine does not work
   * @throws dev.millrace.core.model.ModelException if the other machine refuses to remove versions
   */
  void remove(String model, int version) throws RemoteAwayException;

  /** Closes the connections. */
  @Override
  void close();
}
