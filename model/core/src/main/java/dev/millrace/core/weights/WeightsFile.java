package dev.millrace.core.weights;

import dev.millrace.core.files.AtomicFile;
import dev.millrace.core.model.ModelException;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipException;

/**
 * Files of weights: safetensors, as {@code safetensors.torch.save_file(model.state_dict(), …)}
 * writes them, or npz, NumPy's format for several arrays.
 *
 * <p>Float16, bfloat16, float64 and integers are rounded to the nearest float32. PyTorch's {@code
 * num_batches_tracked} is left out, because it is a counter and not a weight. Values are not
 * checked; they may be NaN.
 */
public final class WeightsFile {

  private static final String SAFETENSORS = ".safetensors";
  private static final String COUNTER = "num_batches_tracked";

  /** The first bytes of a zip, as a big-endian number. */
  private static final int ZIP = 0x504B0304;

  private WeightsFile() {}

  /**
   * Reads a file. The file's first bytes, not its name, decide the format.
   *
   * <p>The float32 values of a safetensors file are not copied. Instead, the file stays mapped into
   * memory as long as the values are reachable. During this time, the file may be replaced, as
   * {@link #write} does, but must not be overwritten in place or truncated.
   *
   * @param file the file
   * @return the weights in the file
   * @throws ModelException if the file is missing, unreadable or invalid; the message names the
   *     file
   */
  public static Weights read(Path file) {
    return reading(
        file,
        () -> {
          Map<String, WeightTensor> tensors =
              isZip(file) ? Npz.read(file) : Safetensors.read(map(file));
          tensors.keySet().removeIf(name -> name.equals(COUNTER) || name.endsWith("." + COUNTER));
          return new Weights(tensors);
        });
  }

  /**
   * Reads the metadata of a safetensors file.
   *
   * @param file the file
   * @return text by name; empty if the file has no metadata, or is an npz file
   * @throws ModelException if the file is missing, unreadable or invalid; the message names the
   *     file
   */
  public static Map<String, String> metadata(Path file) {
    return reading(file, () -> isZip(file) ? Map.of() : Safetensors.metadata(map(file)));
  }

  private static <T> T reading(Path file, Reading<T> reading) {
    try {
      return reading.read();
    } catch (NoSuchFileException e) {
      throw new ModelException("there is no " + file + "; name a .safetensors or .npz file", e);
    } catch (IllegalArgumentException | ZipException | EOFException e) {
      throw new ModelException(
          file
              + " holds no readable weights ("
              + e.getMessage()
              + "); save them again with safetensors.torch.save_file or numpy.savez",
          e);
    } catch (IOException e) {
      throw new ModelException(
          "cannot read " + file + " (" + e + "); check that it is readable", e);
    }
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private static boolean isZip(Path file) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(Integer.BYTES);
    try (FileChannel channel = FileChannel.open(file)) {
      channel.read(start);
    }
    return start.getInt(0) == ZIP;
  }

  private static ByteBuffer map(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("its " + channel.size() + " bytes are 2 GiB or more");
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    }
  }

  /**
   * Writes float32 values. The ending of the file's name decides the format. A reader finds either
   * the complete old file or the complete new file. Equal weights produce equal bytes.
   *
   * @param file the file to write or replace
   * @param weights the weights
   * @throws IllegalArgumentException if the name ends in neither {@code .safetensors} nor {@code
   *     .npz}
   * @throws ModelException if the file cannot be written
   */
  public static void write(Path file, Weights weights) {
    write(file, format(file), weights);
  }

  /**
   * Writes float32 values and metadata to a safetensors file. A reader finds either the old file or
   * the new one, complete. Equal weights with equal metadata produce equal bytes.
   *
   * @param file the file to write or replace
   * @param weights the weights
   * @param metadata text by name, in the order in which it is written
   * @throws IllegalArgumentException if the name does not end in {@code .safetensors}
   * @throws ModelException if the file cannot be written
   */
  public static void write(Path file, Weights weights, Map<String, String> metadata) {
    if (!file.toString().endsWith(SAFETENSORS)) {
      throw new IllegalArgumentException(
          "weights file: '" + file + "' does not end in " + SAFETENSORS);
    }
    write(file, (tensors, out) -> Safetensors.write(tensors, metadata, out), weights);
  }

  private static void write(Path file, Format format, Weights weights) {
    try {
      AtomicFile.write(file, out -> format.write(weights, out));
    } catch (IOException e) {
      throw new ModelException(
          "cannot write " + file + " (" + e + "); check that its folder exists and has room", e);
    }
  }

  private static Format format(Path file) {
    String name = file.toString();
    if (name.endsWith(SAFETENSORS)) {
      return Safetensors::write;
    }
    if (name.endsWith(".npz")) {
      return Npz::write;
    }
    throw new IllegalArgumentException(
        "weights file: '" + file + "' ends in neither .safetensors nor .npz");
  }

  private interface Format {
    void write(Weights weights, OutputStream out) throws IOException;
  }
}
