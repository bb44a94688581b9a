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
 * Weights in a file: safetensors, as {@code safetensors.torch.save_file(model.state_dict(), …)}
 * writes it, or NumPy's npz.
 *
 * <p>Float16, bfloat16, float64 and integers become float32, to the nearest. PyTorch's {@code
 * num_batches_tracked} is left out: it counts batches and weighs nothing. Values are not checked;
 * they may be NaN.
 */
public final class WeightsFile {

  private static final String COUNTER = "num_batches_tracked";

  /** How a zip's first entry begins, read as a big-endian number. */
  private static final int ZIP = 0x504B0304;

  private WeightsFile() {}

  /**
   * Reads a file; its beginning, not its name, tells what it is. The float32 values of safetensors
   * stay in the file, which is mapped for as long as they can be reached: replace such a file, as
   * {@link #write} does, but do not write into it or cut it short.
   *
   * @throws ModelException if it is missing or not what it should be; the message names it
   */
  public static Weights read(Path file) {
    try {
      Map<String, WeightTensor> tensors =
          isZip(file) ? Npz.read(file) : Safetensors.read(map(file));
      tensors.keySet().removeIf(name -> name.equals(COUNTER) || name.endsWith("." + COUNTER));
      return new Weights(tensors);
    } catch (NoSuchFileException e) {
      throw new ModelException("there is no " + file + "; name a .safetensors or .npz file", e);
    } catch (IllegalArgumentException | ZipException | EOFException e) {
      throw new ModelException(
          file
              + " holds no weights that can be read ("
              + e.getMessage()
              + "); save them anew with safetensors.torch.save_file or numpy.savez",
          e);
    } catch (IOException e) {
      throw new ModelException("cannot read " + file + " (" + e + "); see that it may be read", e);
    }
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
   * Writes float32 values, in the format that the file's name ends in. A reader finds the old file
   * or the new one, whole. The same weights give the same bytes.
   *
   * @throws IllegalArgumentException if the name ends in neither {@code .safetensors} nor {@code
   *     .npz}
   * @throws ModelException if the file cannot be written
   */
  public static void write(Path file, Weights weights) {
    Format format = format(file);
    try {
      AtomicFile.write(file, out -> format.write(weights, out));
    } catch (IOException e) {
      throw new ModelException(
          "cannot write " + file + " (" + e + "); see that its folder is there and has room", e);
    }
  }

  private static Format format(Path file) {
    String name = file.toString();
    if (name.endsWith(".safetensors")) {
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
