package dev.millrace.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.millrace.core.model.ModelException;
import dev.millrace.onnx.proto.ModelProto;
import dev.millrace.onnx.proto.TensorProto;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Moves weights that a model keeps in other files into the model itself. If the whole model would
 * be too large for one file, only the small weights are moved. The small weights have to be in the
 * model, because the preparation and ONNX Runtime read constants, for example shapes. The other
 * files must be in the model's folder or below it, so that an untrusted model cannot read other
 * files of this machine.
 *
 * <p>The weights stay mapped from their files until they are written, so they need no additional
 * memory. Not thread-safe.
 */
final class ExternalData {

  /** The largest message that protobuf can write, in bytes. */
  static final long LARGEST = Integer.MAX_VALUE;

  /**
   * The largest number of bytes that the preparation adds to a model: names, nodes and constants.
   */
  private static final long RESERVE = 1 << 20;

  /** The smallest weight that stays in its file, in bytes. */
  private static final long LARGE_WEIGHT = 1 << 20;

  private final Path folder;
  private final long largest;
  private final long largeWeight;
  private boolean used;
  private boolean kept;

  /**
   * Creates an object for a folder with weights.
   *
   * @param folder the folder of the model's file
   */
  ExternalData(Path folder) {
    this(folder, LARGEST - RESERVE, LARGE_WEIGHT);
  }

  /**
   * Creates an object with other size limits than the default ones.
   *
   * @param folder the folder of the model's file
   * @param largest a model with at least this many bytes keeps its large weights in their files
   * @param largeWeight the size in bytes from which a weight counts as large
   */
  ExternalData(Path folder, long largest, long largeWeight) {
    this.folder = folder;
    this.largest = largest;
    this.largeWeight = largeWeight;
  }

  /**
   * {@return the model with all weights inside, or only with the small weights if the whole model
   * would be too large} The remaining weights name their files relative to {@link #folder}, with
   * all links resolved.
   *
   * @param bytes the length of the model's own file, in bytes
   * @throws ModelException if a file is outside the folder, is missing or too short, or if the
   *     model is too large without its large weights
   */
  ModelProto embedded(ModelProto model, long bytes) {
    long[] sums = {bytes, bytes};
    ExternalTensor.replaceAll(
        model,
        tensor -> {
          long length = region(new ExternalTensor(tensor)).length();
          sums[0] += length;
          sums[1] += length < largeWeight ? length : 0;
          return tensor;
        });
    boolean whole = sums[0] < largest;
    if (!whole && sums[1] >= largest) {
      throw new ModelException(
          String.format(
              "the model has %,d bytes without its large weights, but an ONNX file must stay below"
                  + " %,d: export it with its weights in other files",
              sums[1], LARGEST));
    }
    return ExternalTensor.replaceAll(
        model,
        tensor -> embedded(new ExternalTensor(tensor), whole ? Long.MAX_VALUE : largeWeight));
  }

  /** {@return whether a model had weights in other files} */
  boolean isUsed() {
    return used;
  }

  /** {@return the folder of the weights that stay in their files; null if there are none} */
  Path folder() {
    try {
      return kept ? folder.toRealPath() : null;
    } catch (IOException e) {
      throw unreadable(folder.toString(), e);
    }
  }

  private TensorProto embedded(ExternalTensor weight, long large) {
    used = true;
    Region region = region(weight);
    if (region.length() >= large) {
      kept = true;
      return weight.at(region.location());
    }
    return weight.tensor().toBuilder()
        .clearExternalData()
        .clearDataLocation()
        .setRawData(region.read(weight))
        .build();
  }

  private Region region(ExternalTensor weight) {
    String named = weight.file();
    try {
      Path home = folder.toRealPath();
      Path file = inside(home, weight.location());
      long size = Files.size(file);
      long offset = weight.offset();
      long length = weight.length(size - offset);
      if (offset < 0 || length < 0 || offset > size || length > size - offset) {
        throw new ModelException(
            String.format(
                "weight %s needs bytes %,d to %,d of %s, which has %,d: export or copy both files"
                    + " again",
                weight.name(), offset, offset + length, named, size));
      }
      return new Region(home, file, offset, length);
    } catch (NoSuchFileException e) {
      throw new ModelException(
          "weight "
              + weight.name()
              + " is stored in another file, and "
              + folder
              + " has no "
              + named
              + ": put that file beside the model",
          e);
    } catch (IOException | InvalidPathException e) {
      throw unreadable(named, e);
    }
  }

  /**
   * Resolves a location, and requires that the file is in the folder, even after symbolic links are
   * resolved.
   */
  private Path inside(Path home, String location) throws IOException {
    Path named = home.resolve(location).normalize();
    if (location.isEmpty() || named.equals(home) || !named.startsWith(home)) {
      throw outside(location);
    }
    Path file = named.toRealPath();
    if (!file.startsWith(home)) {
      throw outside(location);
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException("it is not a file");
    }
    return file;
  }

  private ModelException outside(String location) {
    return new ModelException(
        "the model names weights in "
            + OneLine.quoted(location)
            + ", which is not a file inside its own folder "
            + folder
            + ": put all of the model's files into one folder, without links out of it");
  }

  private static ModelException unreadable(String what, Exception e) {
    return new ModelException(
        "cannot read the weights in " + what + " (" + e + "): check that it is readable", e);
  }

  /** A part of a file that holds a tensor's values. */
  private record Region(Path home, Path file, long offset, long length) {

    /**
     * {@return the path of the file relative to the model's folder, in the form that ONNX files
     * use}
     */
    String location() {
      return home.relativize(file).toString().replace(File.separatorChar, '/');
    }

    ByteString read(ExternalTensor weight) {
      try (FileChannel channel = FileChannel.open(file)) {
        return UnsafeByteOperations.unsafeWrap(channel.map(MapMode.READ_ONLY, offset, length));
      } catch (IOException e) {
        throw unreadable(weight.file(), e);
      }
    }
  }
}
