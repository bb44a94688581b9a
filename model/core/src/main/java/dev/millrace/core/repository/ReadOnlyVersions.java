package dev.millrace.core.repository;

import dev.millrace.core.model.ModelException;
import java.nio.file.Path;

/**
 * Model versions on another machine that can only be read. Methods that write throw an exception.
 */
public interface ReadOnlyVersions extends RemoteVersions {

  @Override
  default void requireWritable() {
    throw readOnly();
  }

  @Override
  default void publish(String model, String sha256, Path file) {
    throw readOnly();
  }

  @Override
  default boolean create(String model, int version, byte[] manifest) {
    throw readOnly();
  }

  @Override
  default void remove(String model, int version) {
    throw readOnly();
  }

  private ModelException readOnly() {
    return new ModelException(
        "the repository " + place() + " can only be read: publish to a folder or to s3://…");
  }
}
