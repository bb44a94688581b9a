package dev.millrace.core.repository;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file with a model's weights. The file may be larger than 2 GiB, and is never read into memory
 * as a whole.
 *
 * @param path the file
 * @param sha256 the checksum that the file must have: 64 lower-case hexadecimal digits
 */
public record WeightFile(Path path, String sha256) {

  /**
   * Copies the file.
   *
   * @param out the stream to write to; the caller closes it
   * @throws ModelException if the copied bytes do not have the checksum
   * @throws IOException if the file cannot be read or the stream cannot be written
   */
  void copyTo(OutputStream out) throws IOException {
    if (!Sha256.ofCopy(path, out).equals(sha256)) {
      throw new ModelException(path + " changed while it was copied: import the model again");
    }
  }

  /**
   * Requires that the file is a regular file and not a link, and that it has the checksum.
   *
   * @param version the version that the file belongs to, for the error message
   * @throws ModelException if the file is missing or unreadable, is a link, or has another checksum
   */
  void verify(ModelVersion version) {
    String actual;
    try {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
          && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        throw corrupt(version, "is a link or a folder, not a file");
      }
      actual = Sha256.of(path);
    } catch (NoSuchFileException e) {
      throw new ModelException(
          version
              + " was removed or is incomplete: there is no "
              + path
              + "; name another version or import the model again",
          e);
    } catch (IOException e) {
      throw new ModelException(
          version + ": cannot read " + path + " (" + e + "); check that it is readable", e);
    }
    if (!actual.equals(sha256)) {
      throw corrupt(version, "has sha256 " + actual + ", its manifest says " + sha256);
    }
  }

  private ModelException corrupt(ModelVersion version, String problem) {
    return new ModelException(
        version + " is corrupt: " + path + " " + problem + "; import the model again");
  }
}
